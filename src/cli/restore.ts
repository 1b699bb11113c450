import type { Command } from './command.ts'

export const command: Command = {
  name: 'restore',
  summary: 'restore',
  help: '',
  run: async () => 1,
}
