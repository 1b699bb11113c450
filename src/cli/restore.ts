import { createReadStream, existsSync, mkdirSync } from 'node:fs'
import { storeUrl } from '../config.ts'
import { restore } from '../storage/backup.ts'
import { openDriver } from '../storage/open.ts'
import { argumentsOf, dataOf } from './administration-client.ts'
import { type Command, Complaint } from './command.ts'

export const command: Command = {
  name: 'restore',
  summary: 'make a new installation from a backup',
  help: `sallyport restore <file>: fills an empty store with what a backup holds

  --data ./.sallyport   the new installation's directory
  --store sqlite        sqlite, or postgres://... for an empty database

The unseal key is not part of a backup. Put the old one where "sallyport start" will look:

  sallyport restore sallyport.backup --data ./restored
  cp old/unseal.key ./restored/unseal.key
  sallyport start --data ./restored
`,
  async run(args, terminal) {
    const options = { data: { type: 'string' }, store: { type: 'string' } } as const
    const { values, positionals } = argumentsOf(args, options)
    const [file] = positionals
    if (file === undefined) throw new Complaint('from which file?', 'sallyport restore <file>')
    if (!existsSync(file)) throw new Complaint(`there is no file ${file}`)
    const data = dataOf(values)
    mkdirSync(data, { recursive: true, mode: 0o700 })
    const driver = await openDriver(storeUrl({ store: values.store ?? 'sqlite', data }))
    try {
      await restore(driver, createReadStream(file))
    } catch (error) {
      throw new Complaint((error as Error).message, 'an empty store and a whole backup are needed')
    } finally {
      await driver.close()
    }
    terminal.out(`restored into ${data}\n`)
    return 0
  },
}
