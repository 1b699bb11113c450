import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { type Command, Complaint } from './command.ts'
import { credentialsPath, writeCredentials } from './credentials-file.ts'
import { isWorker, leave, runWorkers, tellReady } from './workers.ts'

const help = `sallyport start: serves AWS's APIs until it is told to stop

  --port 4566                  0 takes any free port
  --host 127.0.0.1             0.0.0.0 listens on every address
  --tls-port <n>               a second listener over TLS, with --tls-cert and --tls-key (PEM files)
  --workers 1                  processes that share the port (postgres)
  --data ./.sallyport          where the store, the unseal key and the credentials lie
  --store sqlite               sqlite, memory, or postgres://user:password@host/database
  --account 000000000000       the installation's own account
  --region us-east-1           the Region of calls that name none
  --auth enforce               enforce, observe (evaluate and record, but allow), open (any key)
  --public-url https://...     where others reach it; by default what a request's Host says
  --unseal keyfile:<path>      keyfile:<path>, passphrase (from SALLYPORT_PASSPHRASE),
                               credential:<name> (systemd), or a key on a hardware token:
                               pkcs11:<module path>?token=<label>&key=<label>
                               (PIN from SALLYPORT_PKCS11_PIN or SALLYPORT_PKCS11_PIN_FILE)
  --hsm <module path>          PKCS #11 module whose tokens serve KMS custom key stores
  --attestation-roots <path>   PEM file of roots whose attestation documents KMS believes (AWS's own)
  --functions sandbox          sandbox, process (their code is trusted; so with --auth open), off
  --smtp smtp://host:587       server that mails go through (they stay in the inbox); its password in
                               SALLYPORT_SMTP_PASSWORD
  --mail-from <address>        from whom mails come that name nobody
  --sms-webhook <url>          where text messages are POSTed to (they stay in the inbox); signed with
                               SALLYPORT_SMS_WEBHOOK_SECRET
  --functions-local            functions may point to folders of this machine and to URLs
  --test-clock                 lets "sallyport clock" move time forward
  --throttle                   enforces AWS's request rates
  --trusted-proxies 10.0.0.0/8 peers that may tell where a request comes from
  --retention 90               days that the event log keeps its records
  --log pretty|json            pretty on a terminal

Each flag also as SALLYPORT_<FLAG>; flags win. A first key is written to <data>/credentials, or
taken from SALLYPORT_ACCESS_KEY_ID and SALLYPORT_SECRET_ACCESS_KEY.

  sallyport start
  sallyport start --store memory --auth open --port 0
  SALLYPORT_DATA=/var/lib/sallyport sallyport start --unseal credential:sallyport
  sallyport start --unseal 'pkcs11:/usr/lib/softhsm/libsofthsm2.so?token=sallyport&key=root'
`

export const command: Command = {
  name: 'start',
  summary: "serve AWS's APIs until SIGTERM",
  help,
  async run(args, terminal) {
    const config = readConfig(args)
    if (config.auth === 'open')
      terminal.err(
        'WARNING: --auth open accepts keys that nobody made. Use it for tests, never with data you care about.\n',
      )
    mkdirSync(config.data, { recursive: true, mode: 0o700 })
    if (config.workers > 1 && !isWorker()) return runWorkers(config.workers, terminal)
    const app = await createApp(config).catch(complain)
    if (app.madeKey !== undefined)
      writeCredentials(credentialsPath(config.data), app.madeKey, config.region)
    const urls = await app.listen().catch(async (error: NodeJS.ErrnoException) => {
      await app.close()
      if (error.code !== 'EADDRINUSE') throw error
      throw new Complaint(
        `port ${config.port} is taken`,
        'choose another with --port, or --port 0 for any free one',
      )
    })
    if (app.madeKey !== undefined && terminal.interactive)
      terminal.err(
        `The administrator's key is in ${credentialsPath(config.data)}. For this shell: eval "$(sallyport env)"\n`,
      )
    writeFileSync(join(config.data, 'endpoint'), `${urls[0]}\n`)
    if (isWorker()) tellReady(urls)
    else terminal.out(`sallyport ready ${urls[0]}\n`)
    await stopSignal()
    await app.close()
    leave()
    return 0
  },
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
}

/** What goes wrong with a store at the start is for people to mend. */
function complain(error: unknown): never {
  if (error instanceof Error && error.name !== 'TypeError')
    throw new Complaint(error.message, 'sallyport doctor')
  throw error
}
