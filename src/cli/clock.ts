import type { Command } from './command.ts'

export const command: Command = {
  name: 'clock',
  summary: 'clock',
  help: '',
  run: async () => 1,
}
