import { type Config, ConfigError } from '../config.ts'
import type { Ports } from '../kernel/ports.ts'
import { readCompromised } from '../outside/compromised-passwords.ts'
import { readIpTable } from '../outside/ip-table.ts'

function reading<T>(flag: string, what: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new ConfigError(`--${flag} takes ${what}: ${(error as Error).message}`)
  }
}

/**
 * What this process knows of passwords and addresses, read when it starts.
 * @throws ConfigError for a file that cannot be read or has another form
 */
export function knowledge({
  ipTable,
  compromisedPasswords,
}: Pick<Config, 'ipTable' | 'compromisedPasswords'>): Pick<Ports, 'places' | 'compromised'> {
  return {
    places: reading('ip-table', 'a CSV file of network,country,city,latitude,longitude', () =>
      readIpTable(ipTable),
    ),
    compromised: reading('compromised-passwords', 'a file of passwords or SHA-1 hashes', () =>
      readCompromised(compromisedPasswords),
    ),
  }
}
