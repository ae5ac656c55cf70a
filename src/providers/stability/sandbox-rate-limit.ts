import type { EmulatorKit } from '../shared/emulator.ts'
import { kept } from '../shared/emulator-state.ts'

/** 150 requests in 10 s a key, then 60 s of refusals (Stability API reference, read 2026-11-20). */
const LIMIT = { requests: 150, windowMs: 10_000, timeoutMs: 60_000 } as const

/** Keys remembered; the one that asked longest ago is forgotten first. */
const MAX_KEYS = 1_000

interface Turns {
  readonly times: readonly number[]
  readonly shutUntil: number
}

/** Counts a request of a key; false when the key has had its requests or is timed out. */
export function takeTurn(kit: EmulatorKit, key: string): boolean {
  const all = turnsOf(kit)
  const now = kit.now()
  const { times, shutUntil } = all.get(key) ?? { times: [], shutUntil: 0 }
  if (now < shutUntil) return false
  const recent = times.filter((time) => now - time < kit.scaled(LIMIT.windowMs))
  const isOver = recent.length >= LIMIT.requests
  all.delete(key)
  all.set(key, {
    times: isOver ? [] : [...recent, now],
    shutUntil: isOver ? now + kit.scaled(LIMIT.timeoutMs) : 0,
  })
  for (const oldest of all.keys()) {
    if (all.size <= MAX_KEYS) break
    all.delete(oldest)
  }
  return !isOver
}

const turnsOf = (kit: EmulatorKit): Map<string, Turns> =>
  kept(kit, 'turns', () => new Map<string, Turns>())
