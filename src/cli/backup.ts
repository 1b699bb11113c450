import type { Command } from './command.ts'

export const command: Command = {
  name: 'backup',
  summary: 'backup',
  help: '',
  run: async () => 1,
}
