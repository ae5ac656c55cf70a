import { expect, test } from 'vitest'
import { VirtualClock } from './virtual-clock.ts'

test('sleepers wake at their own instants, also who falls asleep again', async () => {
  const clock = new VirtualClock(0)
  const woken: string[] = []
  const sleepTwice = async (): Promise<void> => {
    await clock.sleep(10)
    woken.push(`first at ${clock.now()}`)
    await clock.sleep(10)
    woken.push(`again at ${clock.now()}`)
  }
  void sleepTwice()
  void clock.sleep(15).then(() => woken.push(`other at ${clock.now()}`))
  await clock.advance(100)
  expect(woken).toEqual(['first at 10', 'other at 15', 'again at 20'])
})

test('real work is handed over in the order of its beginning', async () => {
  const clock = new VirtualClock(0)
  const slow = Promise.withResolvers<string>()
  const seen: string[] = []
  const use = async (work: Promise<string>): Promise<void> => {
    seen.push(`${await clock.hold(work)} at ${clock.now()}`)
    await Promise.resolve()
    seen.push('used')
  }
  void use(slow.promise)
  void use(Promise.resolve('quick'))
  void use(Promise.reject(new Error('broken'))).catch(({ message }: Error) => seen.push(message))
  const passed = clock.advance(50)
  await new Promise((resolve) => setImmediate(resolve))
  expect([seen, clock.now()]).toEqual([[], 0])
  slow.resolve('slow')
  await passed
  expect(seen).toEqual(['slow at 0', 'used', 'quick at 0', 'used', 'broken'])
  expect(clock.now()).toBe(50)
})
