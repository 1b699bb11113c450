import { conformance } from '../conformance.ts'
import { openStore } from '../open.ts'
import { quiet } from '../quiet-log.ts'

conformance({
  name: 'memory',
  open: (options) => openStore({ url: 'memory', log: quiet, ...options }),
})
