import type { Command } from './command.ts'

export const command: Command = {
  name: 'why',
  summary: 'why',
  help: '',
  run: async () => 1,
}
