import type { Notifier } from '../../ports/notifier.ts'

/** Several notifiers as one. */
export const joinNotifiers = (notifiers: readonly Notifier[]): Notifier => ({
  notify: (alert) => {
    for (const notifier of notifiers) notifier.notify(alert)
  },
  close: async () => {
    await Promise.all(notifiers.map((notifier) => notifier.close()))
  },
})
