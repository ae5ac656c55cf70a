import { expect, test } from 'vitest'
import type { Delivery } from '../core/notices/delivery.ts'
import { DAY_MS } from '../core/time.ts'
import type { Courier } from '../ports/courier.ts'
import { until, withGatewayStand } from '../testing/gateway-stand.ts'
import { scriptedProvider } from '../testing/scripted-provider.ts'
import { DeliveryLoop } from './delivery-loop.ts'
import { addWebhook, changeWebhook } from './destination-desk.ts'

const refusing: Courier = {
  send: async () => ({ isDelivered: false, result: 500 }),
  close: async () => undefined,
}

/** One that was refused nine times, in three days. */
const atItsLastTry = (id: string, destinationId: string, now: number): Delivery => ({
  ...{ id, owner: 'here', destinationId, state: 'pending', tries: [], tryCount: 9, nextAt: now },
  notice: { type: 'image.completed', tenant: 'here', at: now - 3 * DAY_MS, data: {} },
})

/** The fact that it is owed. */
const tell = (delivery: Delivery) => {
  const { id, notice } = delivery
  return {
    kind: 'notice-given',
    told: { id: `evt_${id}`, notice, deliveries: [delivery] },
  } as const
}

test('a receiver that took nothing for three days is disabled until somebody enables it', () =>
  withGatewayStand({ providers: [scriptedProvider()] }, async (stand) => {
    const { deps } = stand.gateway
    const { notices: desk, clock, random, log, emit } = deps
    const url = 'https://receiver.example/hook'
    const owner = { tenant: 'here', isAdmin: false }
    const wanted = { url, events: ['image.*'], isForAll: false }
    const { destination } = await addWebhook(wanted, owner, deps)
    const found = () => desk.destinations.find(({ id }) => id === destination.id)
    const dies = async (id: string) => {
      const delivery = atItsLastTry(id, destination.id, clock.now())
      await stand.stores.journal.commit([tell(delivery)])
      desk.wake()
      await until(async () => (await desk.store.delivery(id))?.state === 'dead')
    }
    const parts = { desk, clock, random, log, emit, owner: 'here:1' }
    const loop = new DeliveryLoop({ ...parts, courier: refusing })
    await dies('msg_1')
    const [event] = await until(() => {
      const told = stand.events.filter(({ kind }) => kind === 'webhook-disabled')
      return told.length > 0 && told
    })
    expect(event).toMatchObject({ destination: { id: destination.id, disabledReason: 'failing' } })
    expect(found()?.disabledReason).toBe('failing')
    await changeWebhook(found()!, { isEnabled: true }, deps)
    // What it took meanwhile says that it works, and that one notice is more than it can take.
    const taken = { state: 'delivered', endedAt: clock.now() } as const
    const other = { ...atItsLastTry('msg_2', destination.id, clock.now()), ...taken }
    await stand.stores.journal.commit([tell(other)])
    await dies('msg_3')
    await loop.close()
    expect(found()?.disabledAt).toBeUndefined()
  }))
