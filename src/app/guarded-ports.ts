import { refuseInside } from '../kernel/inside.ts'
import type { Ports } from '../kernel/ports.ts'

async function outside<T>(work: () => Promise<T>): Promise<T> {
  refuseInside('a hardware token')
  return work()
}

/**
 * Ports that refuse to be used inside a transaction: its callback may run again, and everybody waits
 * for it.
 */
export const guardedPorts = (ports: Ports): Ports => ({
  seals: {
    async ready(purpose) {
      refuseInside('a seal')
      return ports.seals.ready(purpose)
    },
  },
  events: {
    async lookup(query) {
      refuseInside('the event history')
      return ports.events.lookup(query)
    },
    decisions(query) {
      refuseInside('the event history')
      return ports.events.decisions(query)
    },
  },
  activity: {
    async key(account, accessKeyId) {
      refuseInside('recorded activity')
      return ports.activity.key(account, accessKeyId)
    },
    async principal(account, principalId) {
      refuseInside('recorded activity')
      return ports.activity.principal(account, principalId)
    },
    async actions(account, principalId) {
      refuseInside('recorded activity')
      return ports.activity.actions(account, principalId)
    },
  },
  egress: {
    async get(url, options) {
      refuseInside('a document of others')
      return ports.egress.get(url, options)
    },
    async post(url, options) {
      refuseInside('a call of others')
      return ports.egress.post(url, options)
    },
  },
  tokens: {
    present: (label) => outside(() => ports.tokens.present(label)),
    check: (login) => outside(() => ports.tokens.check(login)),
    hasKey: (login, key) => outside(() => ports.tokens.hasKey(login, key)),
    makeKey: (login, key) => outside(() => ports.tokens.makeKey(login, key)),
    removeKey: (login, key) => outside(() => ports.tokens.removeKey(login, key)),
    seal: (login, key, plain, bound) => outside(() => ports.tokens.seal(login, key, plain, bound)),
    open: (login, key, sealed, bound) =>
      outside(() => ports.tokens.open(login, key, sealed, bound)),
    random: (login, length) => outside(() => ports.tokens.random(login, length)),
    leave: (label) => outside(() => ports.tokens.leave(label)),
  },
  // They refuse by themselves.
  passwords: ports.passwords,
  trust: ports.trust,
  compromised: ports.compromised,
  places: ports.places,
  functions: {
    local: ports.functions.local,
    measure: (archive) => ports.functions.measure(archive),
    retire: (key) => ports.functions.retire(key),
    keep: (work) => ports.functions.keep(work),
    async run(run) {
      refuseInside('a function')
      return ports.functions.run(run)
    },
  },
  async sendMail(mail) {
    refuseInside('mail')
    return ports.sendMail(mail)
  },
  async sendSms(sms) {
    refuseInside('a short message')
    return ports.sendSms(sms)
  },
  async sendNotification(notification) {
    refuseInside('a notification')
    return ports.sendNotification(notification)
  },
})
