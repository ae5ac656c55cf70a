import type { EmulatorRequest } from '../providers/shared/emulator.ts'
import { type DeadEndOrigins, isDeadEnd } from './dead-ends.ts'
import type { Running } from './running.ts'

/** A request that is about to be sent, as far as it decides where it is led. */
export interface Departing {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Its body, or what of it may hold a sentinel word or the name of a model. */
  readonly text: string
}

/** Says of a request that its client asked where to go: its way has no further fault. */
const LED_HEADER = 'x-sandbox-led'

/** Whether the fault of a request's way is still to be decided. */
export const isUnled = ({ headers }: Pick<EmulatorRequest, 'headers'>): boolean =>
  headers[LED_HEADER] === undefined

/** Where a request goes: to its own address, or to a dead end. Other hosts are none of ours. */
export function lead(
  { origin, stations, desk }: Pick<Running, 'origin' | 'stations' | 'desk'>,
  origins: DeadEndOrigins,
  { url, headers, text }: Departing,
): Pick<Departing, 'url' | 'headers'> {
  const target = new URL(url)
  const provider = target.pathname.split('/', 2)[1] ?? ''
  if (target.origin !== origin || !stations.has(provider)) return { url, headers }
  const names = (model: string): boolean => url.includes(model) || text.includes(model)
  const fault = desk.next({ provider, headers, text, names, isWanted: isDeadEnd })
  return isDeadEnd(fault)
    ? { url: `${origins[fault]}${target.pathname}${target.search}`, headers }
    : { url, headers: { ...headers, [LED_HEADER]: 'true' } }
}
