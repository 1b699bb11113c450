import { createReadStream, existsSync, mkdirSync } from 'node:fs'
import { storeUrl } from '../config.ts'
import { restore } from '../storage/backup.ts'
import { openDriver } from '../storage/open.ts'
import { argumentsOf, connectionFlags, dataOf } from './administration-client.ts'
import { type Command, Complaint, Misunderstanding } from './command.ts'

export const command: Command = {
  name: 'restore',
  summary: 'make a new installation from a backup',
  help: `sallyport restore <file>: fills an empty store with what a backup holds

  --data ./.sallyport   the new installation's directory
  --store sqlite        sqlite, or postgres://... for an empty database
  --json                JSON for programs

The unseal key is not part of a backup. Put the old one where "sallyport start" will look:

  sallyport restore sallyport.backup --data ./restored
  cp old/unseal.key ./restored/unseal.key
  sallyport start --data ./restored
`,
  async run(args, terminal) {
    const { data: where, json } = connectionFlags
    const options = { data: where, store: { type: 'string' }, json } as const
    const { values, positionals } = argumentsOf(args, options, ['file'])
    const [file] = positionals
    if (file === undefined)
      throw new Misunderstanding('from which file?', 'sallyport restore <file>')
    if (!existsSync(file))
      throw new Complaint(`there is no file ${file}`, 'sallyport backup <file> makes one')
    const data = dataOf(values)
    mkdirSync(data, { recursive: true, mode: 0o700 })
    const driver = await openDriver(storeUrl({ store: values.store ?? 'sqlite', data }))
    try {
      await restore(driver, createReadStream(file))
    } catch (error) {
      throw new Complaint(
        (error as Error).message,
        'restore a whole backup into a new directory (--data) or an empty database (--store)',
      )
    } finally {
      await driver.close()
    }
    if (values.json) terminal.out(`${JSON.stringify({ file, data })}\n`)
    else
      terminal.out(
        `restored into ${data}\n  next: give it the unseal key of the old installation, then: sallyport start --data ${data}\n`,
      )
    return 0
  },
}
