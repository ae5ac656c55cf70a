import { isGateUseful } from '../core/acceptance/instruments.ts'
import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import type { JsonObject } from '../core/json.ts'
import type { Book } from '../core/ledger/entry.ts'
import type { Purpose } from '../core/purpose/purpose.ts'
import { promisedThreshold } from '../core/quality/calibrate.ts'
import type { Gate } from '../core/quality/gate.ts'
import { type JudgedNote, labelledScores } from '../core/quality/labelled-scores.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { Caller, Dependencies } from './dependencies.ts'
import { explainRoute } from './explain-route.ts'
import { printPlan } from './print-plan.ts'

/** What to report on. */
export interface GateQuery {
  readonly purpose?: string | undefined
  /** Share of bad pictures among those that pass which a promised threshold may risk. */
  readonly maxBad: number
}

/** What a promise risks where nobody says: 59 labels can prove it. */
export const USUAL_MAX_BAD = 0.05
/** Judged pictures of a purpose that thresholds are made of, the last judged ones. */
const MOST_PICTURES = 20_000
const SAMPLE_PROMPT = 'a picture as usual'

/**
 * The gates of each purpose that has some: how often they err as far as is known, whether they
 * would look now, and which threshold keeps a promise by what people said of pictures that were
 * scored as they are now. It changes no setting.
 * @throws GatewayError for a share that is none.
 */
export async function reportGates(
  { purpose, maxBad }: GateQuery,
  caller: Caller,
  deps: Dependencies,
): Promise<readonly JsonObject[]> {
  if (!(maxBad > 0 && maxBad < 1)) {
    throw invalid('max_bad', 'max_bad must be a share between 0 and 1, such as 0.05.')
  }
  const chosen = purpose === undefined ? deps.purposes.all : [deps.purposes.of(purpose)]
  const gated = chosen.filter(({ gates }) => gates.length > 0)
  return Promise.all(gated.map((each) => reportOne(each, { maxBad, caller }, deps)))
}

async function reportOne(
  purpose: Purpose,
  { maxBad, caller }: { readonly maxBad: number; readonly caller: Caller },
  deps: Dependencies,
): Promise<JsonObject> {
  const { name, gates } = purpose
  const rates = deps.learning.desk.instruments(name).gate
  const book = bookOf(deps)
  const query = { purpose: name, book, limit: MOST_PICTURES }
  const pictures = await deps.stores.feedback.judgedNotes(query)
  return {
    object: 'gate.report',
    purpose: name,
    version: deps.gates.versionOf(purpose) ?? null,
    gates: gates.map(({ gate }) => gate),
    now: await gateNow(name, caller, deps),
    rates: {
      pass_good: rounded(rates.passGood),
      pass_bad: rounded(rates.passBad),
      useful: isGateUseful(rates),
    },
    thresholds: gates.flatMap((gate) => printThreshold(gate, purpose, { pictures, maxBad }, deps)),
  }
}

/** Emulated pictures tell nothing of real ones; they are reported where there are no others. */
const bookOf = ({ snapshot }: Dependencies): Book =>
  [...snapshot().providers.values()].every(({ isSimulated }) => isSimulated) ? 'simulated' : 'real'

/** Whether gates would look at pictures of the purpose now, and why; null when none can be made. */
async function gateNow(
  purpose: string,
  caller: Caller,
  deps: Dependencies,
): Promise<JsonObject | null> {
  const draft = { operation: 'generate', prompt: SAMPLE_PROMPT, purpose } as const
  try {
    const { plan } = await explainRoute(normaliseRequest(draft), caller, deps)
    return ((plan && printPlan(plan).gate) as JsonObject | undefined) ?? null
  } catch (error) {
    if (!GatewayError.isInstance(error)) throw error
    return null
  }
}

function printThreshold(
  gate: Gate,
  { isCritical }: Purpose,
  seen: { readonly pictures: readonly JudgedNote[]; readonly maxBad: number },
  { gates: desk }: Dependencies,
): readonly JsonObject[] {
  const version = desk.scoreVersionOf(gate, isCritical)
  if (version === undefined || !('threshold' in gate)) return []
  const { threshold } = gate
  const labels = labelledScores(seen.pictures, { gate: gate.gate, version, threshold })
  const found = promisedThreshold(labels, seen.maxBad)
  const good = labels.filter(({ isGood }) => isGood).length
  const promised =
    found.kind === 'threshold'
      ? {
          threshold: rounded(found.threshold),
          bound: rounded(found.bound ?? 1),
          pass_rate: rounded(found.passRate),
          ...{ pass_good: rounded(found.passGood), pass_bad: rounded(found.passBad) },
        }
      : { threshold: null, reason: found.reason }
  return [
    {
      ...{ gate: gate.gate, version, threshold },
      labels: { good, bad: labels.length - good },
      promised: { max_bad: seen.maxBad, ...promised },
    },
  ]
}

const rounded = (share: number): number => Math.round(share * 10_000) / 10_000
