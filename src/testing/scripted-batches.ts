import type { BatchedCall, BatchedOutcome, BatchService } from '../ports/batch-service.ts'
import { draws, type Play } from './scripted-provider.ts'

/** One batch as it was handed in. */
export interface HandedIn {
  readonly name: string
  readonly credential: string | undefined
  readonly calls: readonly BatchedCall[]
}

/** A batch service that has made everything by the first look, and remembers what it was given. */
export interface ScriptedBatches extends BatchService {
  readonly handedIn: readonly HandedIn[]
  /** The credentials that results were asked for with. */
  readonly readWith: readonly (string | undefined)[]
}

/** Makes one. @param lines how many one of its batches holds. */
export function scriptedBatches(lines: number, play: Play = draws()): ScriptedBatches {
  const handedIn: HandedIn[] = []
  const readWith: (string | undefined)[] = []
  const jobOf = (name: string) => ({ id: name, pollUrl: `/${name}`, facts: {} })
  return {
    ...{ handedIn, readWith, limits: { lines, bytes: 1_000_000, windowMs: 3_600_000 } },
    submit: async (name, calls, { credential }) => {
      handedIn.push({ name, credential, calls })
      return { kind: 'submitted', job: jobOf(name) }
    },
    find: async (name) =>
      handedIn.some((each) => each.name === name)
        ? { kind: 'found', job: jobOf(name) }
        : { kind: 'none' },
    look: async (job) => ({ kind: 'ended', job }),
    async *results({ id }, _planOf, { credential }): AsyncGenerator<BatchedOutcome> {
      readWith.push(credential)
      const calls = handedIn.find(({ name }) => name === id)?.calls ?? []
      for (const [index, call] of calls.entries()) {
        const outcome = await play(call, { onSubmitted: () => Promise.resolve() }, index)
        yield { key: call.attemptId, outcome }
      }
    },
    cancel: async () => true,
  }
}
