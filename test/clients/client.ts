/** One official client behind a common face, so that all of them can tell the same story. */
export interface Client {
  readonly name: string
  /** Never throws for an answer of the service. */
  call(
    service: 'iam' | 'sts' | 'cloudtrail',
    operation: string,
    input: Record<string, unknown>,
    keys: Keys,
  ): Promise<Answer>
  close(): void
}

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

export type Answer =
  | { readonly ok: true; readonly output: Record<string, unknown> }
  | { readonly ok: false; readonly code: string; readonly message: string }
