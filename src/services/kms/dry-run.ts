import { fail } from './contract.ts'

/** Ends a dry run of a call that would have succeeded; everything is checked before it. */
export function checkDryRun({ DryRun }: { readonly DryRun?: boolean | undefined }): void {
  if (DryRun === true)
    throw fail(
      'DryRunOperationException',
      'The request would have succeeded, but the DryRun option is set.',
    )
}
