/** One command of the command line: one file each. */
export interface Command {
  readonly name: string
  /** One line for the overview. */
  readonly summary: string
  /** Text of `--help`: usage, options, examples. */
  readonly help: string
  /** Returns the exit code. Throws `Complaint` for what the person can mend. */
  run(args: readonly string[], terminal: Terminal): Promise<number>
}

/** Where a command speaks. Tests give their own. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** Colours and progress only where a person looks. */
  readonly interactive: boolean
}

/** Something that the person can mend; says what is wrong and what to do next. */
export class Complaint extends Error {
  override readonly name = 'Complaint'
  readonly next: string | undefined

  constructor(message: string, next?: string) {
    super(message)
    this.next = next
  }
}

/** A command line that cannot be understood: exit code 2, as a wrong flag has. */
export class Misunderstanding extends Complaint {}
