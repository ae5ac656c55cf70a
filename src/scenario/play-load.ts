import { GatewayError } from '../core/errors/gateway-error.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { Clock } from '../ports/clock.ts'
import type { Draw } from '../sandbox/seeded.ts'
import type { SeenRequest } from './report.ts'
import type { RequestKind, Scenario } from './scenario-file.ts'

/** What a load is played on. */
interface Stage {
  readonly gateway: Gateway
  readonly clock: Clock
  /** Picks the next kind of request. */
  readonly random: Draw
}

/** Who asks in a rehearsal. */
export const rehearsalCaller = { keyId: 'key_rehearsal', tenant: 'rehearsal' } as const

/** Sends a scenario's requests and waits for the last one. */
export async function playLoad({ load }: Scenario, stage: Stage): Promise<readonly SeenRequest[]> {
  const { clock } = stage
  const startedMs = clock.monotonicMs()
  const { requests = Number.POSITIVE_INFINITY, for_s: forS = Number.POSITIVE_INFINITY } = load
  let sent = 0
  const seen: Promise<SeenRequest>[] = []
  const isOver = (): boolean => sent >= requests || clock.monotonicMs() - startedMs >= forS * 1_000
  const sendOne = (): Promise<SeenRequest> => {
    sent += 1
    const asked = ask(pick(load.mix, stage.random()), sent, stage)
    seen.push(asked)
    return asked
  }
  if (load.rps !== undefined) {
    while (!isOver()) {
      void sendOne()
      await clock.sleep(1_000 / load.rps)
    }
  } else {
    const callers = Array.from({ length: load.concurrency ?? 1 }, async () => {
      while (!isOver()) {
        const { errorCode } = await sendOne()
        // A caller who was refused at once comes back a second later, as client libraries do.
        if (errorCode !== undefined) await clock.sleep(1_000)
      }
    })
    await Promise.all(callers)
  }
  return Promise.all(seen)
}

/** What is asked for; each prompt is another. */
export function draftOf(kind: Omit<RequestKind, 'weight' | 'deadline_s'>, number: number) {
  const { model, prompt, size, quality, n } = kind
  return {
    ...({ operation: 'generate', model, size, n, cache: 'off' } as const),
    prompt: `${prompt} ${number}`,
    ...(quality === undefined ? {} : { quality }),
  }
}

/** Sends one request. Never rejects: how it ended is what is looked at. */
async function ask(kind: RequestKind, number: number, stage: Stage): Promise<SeenRequest> {
  const { gateway, clock } = stage
  const begunMs = clock.monotonicMs()
  const { deadline_s: deadlineS } = kind
  const deadline = deadlineS === undefined ? {} : { deadlineMs: deadlineS * 1_000 }
  const request = normaliseRequest({ ...draftOf(kind, number), ...deadline })
  try {
    const result = await gateway.generate(request, rehearsalCaller)
    result.release()
    return { durationMs: clock.monotonicMs() - begunMs }
  } catch (error) {
    if (!GatewayError.isInstance(error)) throw error
    return { durationMs: clock.monotonicMs() - begunMs, errorCode: error.code }
  }
}

function pick(mix: readonly RequestKind[], luck: number): RequestKind {
  const whole = mix.reduce((sum, { weight }) => sum + weight, 0)
  let left = luck * whole
  const found = mix.find(({ weight }) => {
    left -= weight
    return left < 0
  })
  const last = found ?? mix.at(-1)
  if (last === undefined) throw new TypeError('a mix of nothing')
  return last
}
