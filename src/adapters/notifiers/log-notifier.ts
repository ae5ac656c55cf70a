import type { Log } from '../../ports/log.ts'
import type { Notifier } from '../../ports/notifier.ts'

/** Writes alerts into the log: always there, whatever else is configured. */
export const createLogNotifier = (log: Log): Notifier => ({
  notify: ({ kind, severity, subject, text }) => {
    const level = severity === 'critical' ? 'error' : severity === 'warning' ? 'warn' : 'info'
    log[level]({ alert: kind, subject }, text)
  },
  close: () => Promise.resolve(),
})
