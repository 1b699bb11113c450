import type { Command } from './command.ts'

export const command: Command = {
  name: 'doctor',
  summary: 'doctor',
  help: '',
  run: async () => 1,
}
