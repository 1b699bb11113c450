interface Agent {
  readonly userAgent: string
}

const systems = [
  ['Windows', /Windows/],
  ['Android', /Android/],
  ['iOS', /iPhone|iPad|iOS/],
  ['macOS', /Mac OS X|Macintosh|darwin/],
  ['Linux', /Linux/i],
] as const

const apps = [
  ['Edge', /Edg\/(\d*)/],
  ['Firefox', /Firefox\/(\d*)/],
  ['Chrome', /Chrome\/(\d*)/],
  ['Safari', /Safari\/(\d*)/],
  ['AWS CLI', /aws-cli\/(\d*)/],
  ['AWS SDK', /aws-sdk-|Boto3|boto/i],
  ['Amplify', /amplify/i],
] as const

const systemOf = ({ userAgent }: Agent): string | undefined =>
  systems.find(([, is]) => is.test(userAgent))?.[0]

const appIn = ({ userAgent }: Agent) => apps.find(([, is]) => is.test(userAgent))

/** Operating system and app, as far as a user agent tells them. */
export const deviceTypeOf = (agent: Agent): string =>
  [systemOf(agent), appIn(agent)?.[0]].filter((name) => name !== undefined).join(', ') || 'unknown'

/** The app with its version, and the system: `Chrome 126, Windows`. */
export function appVersionOf(agent: Agent): string {
  const [name, is] = appIn(agent) ?? []
  const version = is?.exec(agent.userAgent)?.[1]
  return `${[name ?? 'Other', version].filter(Boolean).join(' ')}, ${systemOf(agent) ?? 'Other'}`
}
