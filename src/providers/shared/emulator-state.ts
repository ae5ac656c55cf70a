import type { EmulatorKit } from './emulator.ts'

/** What an emulator keeps under a name; made when it is asked for the first time. */
export function kept<Value>(kit: EmulatorKit, name: string, make: () => Value): Value {
  if (!kit.state.has(name)) kit.state.set(name, make())
  return kit.state.get(name) as Value
}

/** Counts one more in the running minute. @returns how many there have been in it */
export function countInMinute(kit: EmulatorKit, name: string, minuteMs = 60_000): number {
  const minute = Math.floor(kit.now() / minuteMs)
  const known = kept(kit, name, () => ({ minute, count: 0 }))
  const count = known.minute === minute ? known.count + 1 : 1
  kit.state.set(name, { minute, count })
  return count
}
