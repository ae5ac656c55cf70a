import { makeId } from '../../core/ids.ts'
import type { Attempt, Fact, ImageRecord } from '../../core/jobs/request-record.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { type Hold, settleEntry } from '../../core/ledger/entry.ts'
import { type Settlement, settleCall } from '../../core/ledger/settlement.ts'
import { dollarsFromNano, type Nano } from '../../core/money.ts'
import type { ChargeLine } from '../../core/pricing/charge.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import type { Warning } from '../../core/request/image-request.ts'
import type { ProducedImage } from '../../ports/provider.ts'
import type { Dependencies } from '../dependencies.ts'
import { paidWrite } from '../paid-write.ts'
import type { ReadyImage, Run } from '../run.ts'
import type { AnsweredAttempt } from './execute.ts'

/** An attempt whose money is booked and whose bytes are stored, not yet looked at. */
export interface SettledAttempt extends AnsweredAttempt {
  readonly settled: Attempt
  readonly kept: readonly Required<ReadyImage>[]
  readonly warnings: readonly Warning[]
  /** Resolves when the booking is durable; false when it could not be written. */
  readonly written: Promise<boolean>
}

/**
 * Keeps the bytes and books what the call cost, as the first acts after an answer: money is spent
 * even when the picture is refused or we crash. The booking's write is begun here and awaited
 * before the caller is answered.
 */
export async function settle(
  answered: AnsweredAttempt,
  run: Pick<Run, 'id' | 'caller' | 'hold'>,
  deps: Dependencies,
): Promise<SettledAttempt> {
  const { outcome, attempt, provider } = answered
  const produced = outcome.kind === 'produced' ? outcome.images : []
  const stored = await Promise.all(produced.map((image) => keep(image, run.id, deps)))
  const warnings = stored.every(Boolean) ? [] : [notStored]
  const settlement = settleCall(
    {
      images: produced.length,
      failures: outcome.kind === 'produced' ? outcome.withheld : [outcome.failure],
      usage: outcome.usage ?? {},
      hasBrokenOff: outcome.kind === 'produced' && outcome.hasBrokenOff === true,
      ...(outcome.reportedDollars === undefined
        ? {}
        : { reportedDollars: outcome.reportedDollars }),
    },
    { row: answered.row, estimate: provider.estimate(answered.plan) },
  )
  const settled = toSettled(answered, settlement, deps)
  const records = toRecords(answered, produced, settlement.costNano, run, deps)
  const kept = produced.flatMap(({ bytes }, index) => {
    const record = records[index]
    return record === undefined ? [] : [{ record, bytes, isReusable: stored[index] === true }]
  })
  const written = write(settled, kept, answered, run, deps)
  if (settlement.hasDrifted) {
    deps.emit({ kind: 'price-drifted', attempt: settled, bookNano: settlement.bookNano })
  }
  deps.emit({
    kind: 'attempt-settled',
    attempt: settled,
    isSimulated: provider.isSimulated,
    providerMs: answered.durationMs,
    images: produced.length,
    bookNano: settlement.bookNano,
  })
  return { ...answered, attempt, settled, kept, warnings, written }
}

function write(
  settled: Attempt,
  kept: readonly Required<ReadyImage>[],
  answered: AnsweredAttempt,
  run: Pick<Run, 'id' | 'hold'>,
  deps: Dependencies,
): Promise<boolean> {
  if (run.hold === undefined) return Promise.resolve(false)
  const book = answered.provider.isSimulated ? 'simulated' : 'real'
  const { id, costNano } = settled
  const entry = settleEntry(run.hold as Hold, { id, costNano, book }, deps.clock.now())
  const images = kept.map(({ record }) => record)
  const fact: Fact = { kind: 'attempt-settled', attempt: settled, entry, images }
  return paidWrite({ requestId: run.id, facts: [fact] }, deps)
}

const notStored: Warning = {
  code: 'not_stored_yet',
  message: 'The picture could not be stored; keep the bytes of this answer.',
}

/** Stores the bytes; a store that fails does not lose the answer, which still carries them. */
async function keep(image: ProducedImage, requestId: string, deps: Dependencies): Promise<boolean> {
  try {
    await deps.images.put(image.digest, image.bytes)
    return true
  } catch (error) {
    deps.log.error({ requestId, digest: image.digest, error }, 'picture not stored')
    deps.emit({ kind: 'write-failed', requestId, what: 'picture' })
    return false
  }
}

function toSettled(
  { attempt, outcome }: AnsweredAttempt,
  settlement: Settlement,
  deps: Dependencies,
): Attempt {
  return {
    ...attempt,
    state: 'settled',
    settledAt: deps.clock.now(),
    outcome: outcome.kind === 'produced' ? 'produced' : outcome.failure.class,
    ...(outcome.kind === 'failed' ? { failureMessage: outcome.failure.message } : {}),
    costNano: settlement.costNano,
    costBasis: settlement.basis,
    charge: settlement.lines.map(printLine),
    usage: settlement.usage as unknown as JsonObject,
    ...(outcome.providerRequestId === undefined
      ? {}
      : { providerRequestId: outcome.providerRequestId }),
  }
}

const printLine = ({ amountNano, ...line }: ChargeLine): JsonValue => ({
  ...line,
  amount: dollarsFromNano(amountNano),
})

function toRecords(
  { attempt, plan }: AnsweredAttempt,
  images: readonly ProducedImage[],
  costNano: Nano,
  run: Pick<Run, 'id' | 'caller'>,
  deps: Dependencies,
): readonly ImageRecord[] {
  const share = images.length === 0 ? 0n : costNano / BigInt(images.length)
  const rest = costNano - share * BigInt(images.length)
  return images.map((image, index) => {
    const header = readImageHeader(image.bytes)
    const seed = image.seed ?? (plan.n === 1 ? plan.settings.seed : undefined)
    return {
      id: makeId('img', deps.random.bytes(16), deps.clock.now()),
      requestId: run.id,
      attemptId: attempt.id,
      tenant: run.caller.tenant,
      originalDigest: image.digest,
      digest: image.digest,
      format: header?.format ?? plan.settings.format ?? 'png',
      width: header?.width ?? 0,
      height: header?.height ?? 0,
      byteLength: image.bytes.length,
      state: 'stored',
      model: plan.model.id,
      provider: plan.model.provider,
      costNano: index === 0 ? share + rest : share,
      ...(seed === undefined ? {} : { seed }),
      ...(image.revisedPrompt === undefined ? {} : { revisedPrompt: image.revisedPrompt }),
      createdAt: deps.clock.now(),
    }
  })
}
