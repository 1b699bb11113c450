import { defineService } from '../../kernel/service.ts'
import { attempts } from './attempts.ts'
import { consolePages } from './console-pages.ts'
import { consoleSessions } from './console-sessions.ts'
import { federationPages } from './federation.ts'
import { userSignInPages } from './user-sign-in.ts'

/** AWS's sign-in: the federation endpoint, and pages for people with a password. No operations. */
export const service = defineService<object>()({
  name: 'signin',
  contract: () => Promise.resolve({}),
  operations: {},
  notYet: {},
  pages: [...federationPages, ...userSignInPages, ...consolePages],
  jobs: {
    async 'signin.EndSession'({ detail }, ctx) {
      await ctx.store.transaction((tx) => tx.of(consoleSessions).delete([String(detail.id)]))
    },
    async 'signin.ForgetMisses'({ detail }, ctx) {
      await ctx.store.transaction((tx) => tx.of(attempts).delete([String(detail.id)]))
    },
  },
})
