import { joinNotifiers } from '../adapters/notifiers/join-notifiers.ts'
import { createLogNotifier } from '../adapters/notifiers/log-notifier.ts'
import { alertNotice } from '../core/alerts/alert-notice.ts'
import type { NoticeDesk } from '../gateway/notice-desk.ts'
import type { Log } from '../ports/log.ts'
import type { Notifier } from '../ports/notifier.ts'

/** Who is told of alerts: always the log, and every destination that wants them. */
export function createNotifier(notices: Pick<NoticeDesk, 'tell'>, log: Log): Notifier {
  let last = Promise.resolve()
  const destinations: Notifier = {
    // One after the other, so that what ends an alert never overtakes it.
    notify: (alert) => {
      last = last.then(() => notices.tell(alertNotice(alert)))
    },
    close: () => last,
  }
  return joinNotifiers([createLogNotifier(log), destinations])
}
