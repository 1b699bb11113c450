import type { Command } from './command.ts'

export const command: Command = {
  name: 'where',
  summary: 'where',
  help: '',
  run: async () => 1,
}
