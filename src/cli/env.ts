import type { Command } from './command.ts'

export const command: Command = {
  name: 'env',
  summary: 'env',
  help: '',
  run: async () => 1,
}
