import { expect, test } from 'vitest'
import type { Alert } from '../core/alerts/alert.ts'
import { DAY_MS } from '../core/time.ts'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import { scriptedModel, scriptedProvider } from '../testing/scripted-provider.ts'
import { lookForAlarms } from './alarm-loop.ts'
import { AlertBook } from './alert-book.ts'
import { AlertDesk } from './alert-desk.ts'

test('the end of a model in use is told at each of its days, and lasts until the next one', () => {
  const model = { ...scriptedModel(), lifecycle: { shutdownAt: '2026-12-10' } }
  return withGatewayStand({ providers: [scriptedProvider({ models: [model] })] }, async (stand) => {
    const { gateway, stores, clock, ask } = stand
    const told: Alert[] = []
    const notifier = { notify: (alert: Alert) => void told.push(alert), close: async () => {} }
    const { deps } = gateway
    const book = new AlertBook({ ...deps, store: stores.alerts, notifier })
    const alerts = new AlertDesk(book, () => clock.now())
    const look = async (): Promise<unknown[]> => {
      await lookForAlarms({ ...deps, rules: deps.alertRules, book, alerts })
      await book.close()
      const open = await stores.alerts.open(['model_shutdown'])
      return open.map(({ data, severity }) => [data.days, severity])
    }
    const goTo = (day: string): Promise<void> =>
      clock.advance(Date.parse(`${day}T12:00:00Z`) - clock.now())
    await ask()
    await goTo('2026-11-21')
    expect([await look(), await look()]).toEqual([[[19, 'info']], [[19, 'info']]])
    await goTo('2026-12-04')
    expect(await look()).toEqual([[6, 'warning']])
    await goTo('2026-12-09')
    expect(await look()).toEqual([[1, 'critical']])
    await clock.advance(DAY_MS)
    expect(await look()).toEqual([])
    // Only the end of what may have paged somebody is told.
    expect(told.map(({ kind, severity }) => [kind, severity])).toEqual([
      ['model_shutdown', 'info'],
      ['model_shutdown', 'warning'],
      ['model_shutdown', 'critical'],
      ['recovered', 'info'],
    ])
  })
})
