import type {
  EmulatorAnswer,
  EmulatorRequest,
  EmulatorSocket,
  Fault,
} from '../providers/shared/emulator.ts'
import { isDeadEnd } from './dead-ends.ts'
import { breaksBeforeWork, disguise, edgeAnswer, isDeliveryFault, isServerFault } from './faults.ts'
import { createKit, namesModel } from './kit.ts'
import { isUnled } from './lead.ts'
import type { LoggedRequest } from './request-log.ts'
import type { Running, Station } from './running.ts'

/** What an emulator answered, and the fault that the server makes around it. */
export interface Emulated {
  /** A bare 200 when the connection breaks before the emulator hears of the request. */
  readonly answer: EmulatorAnswer
  readonly fault: Fault | undefined
  /** The log's line; whoever delivers fills its status in. */
  readonly logged: LoggedRequest
}

/**
 * Lets the emulator answer. How the answer reaches the client is the caller's part.
 * @param onReached called before the work, unless a dead end keeps the client from a connection.
 */
export async function emulate(
  running: Running,
  { emulator, memory }: Station,
  request: EmulatorRequest,
  onReached: () => void = () => undefined,
): Promise<Emulated> {
  const provider = emulator.id
  const { method, path, headers, body } = request
  const at = running.clock.now()
  const logged = running.log.begin({ provider, method, path, at })
  const names = namesModel(request)
  const fault = running.desk.next({
    ...{ provider, headers, names, text: body },
    isWanted: (wanted) => isServerFault(wanted) && (isUnled(request) || !isDeadEnd(wanted)),
  })
  if (!isDeadEnd(fault)) onReached()
  const early = fault === undefined ? undefined : edgeAnswer(fault, at)
  if (early !== undefined) return { answer: early, fault, logged }
  if (breaksBeforeWork(fault)) return { answer: { status: 200 }, fault, logged }
  // A client may give up on a broken delivery; the provider works on, and bills.
  const signal = isDeliveryFault(fault) ? running.closing : request.signal
  const kit = createKit(running, provider, memory, request, fault)
  try {
    const native = await emulator.handle({ ...request, signal }, kit)
    return { answer: disguise(native, fault, running.clock.now()), fault, logged }
  } catch (error) {
    if (!signal.aborted) logged.status = 500
    throw error
  }
}

/**
 * Lets the emulator decide about a socket: what takes it once it is open, or the answer that
 * refuses it. Faults of sockets are the emulator's; the server makes none.
 */
export function connectEmulated(
  running: Running,
  { emulator, memory }: Station,
  request: EmulatorRequest,
): EmulatorAnswer | ((socket: EmulatorSocket) => void) {
  const { method, path } = request
  const provider = emulator.id
  const logged = running.log.begin({ provider, method, path, at: running.clock.now() })
  const kit = createKit(running, provider, memory, request, undefined)
  const taken = emulator.connect?.(request, kit) ?? { status: 404 }
  logged.status = typeof taken === 'function' ? 101 : taken.status
  return taken
}
