import type { Notice } from '../notices/notice.ts'
import { type Alert, eventTypeOf, openKeyOf } from './alert.ts'

/** A key in one line, for receivers that put together what belongs together. */
const printKey = (openKey: string): string => openKey.replace('\n', ':')

/** An alert as receivers are told of it; one that ends another says which. */
export const alertNotice = (alert: Alert): Notice => ({
  type: eventTypeOf(alert),
  ...(alert.tenant === undefined ? {} : { tenant: alert.tenant }),
  at: alert.at,
  data: {
    ...alert.data,
    severity: alert.severity,
    subject: alert.subject,
    text: alert.text,
    key: printKey(openKeyOf(alert)),
    ...(alert.ends === undefined ? {} : { resolves: printKey(alert.ends) }),
  },
})
