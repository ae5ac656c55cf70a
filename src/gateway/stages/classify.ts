import { GatewayError } from '../../core/errors/gateway-error.ts'
import type { Attempt, Fact } from '../../core/jobs/request-record.ts'
import { closeEntry, type Hold } from '../../core/ledger/entry.ts'
import { isUnclear } from '../../core/purpose/classify.ts'
import type { PromptClass } from '../../core/purpose/prompt-class.ts'
import { type RequestTraits, requestTraits } from '../../core/purpose/request-traits.ts'
import type { PaidTool } from '../../ports/paid-tool.ts'
import { acceptanceOf } from '../acceptance.ts'
import { answerFacts, nameFacts } from '../claim-facts.ts'
import type { Dependencies } from '../dependencies.ts'
import type { LookAccount } from '../gate-evidence.ts'
import { draftLook, settledLook, tellOf } from '../paid-looks.ts'
import { paidWrite } from '../paid-write.ts'
import { missingImages, type Run, spenderOf, spentNano } from '../run.ts'
import { announce } from './execute.ts'
import { makeHold, toRecord } from './hold.ts'

/**
 * Asks a model what a prompt is about, where the request is routed by that and neither caller nor
 * rules tell. It comes before the plan, so its money is put aside and given back by itself. What
 * fails, is slow or has no room in a budget changes nothing: then the rules decide.
 * @throws GatewayError when nobody knows whether what precedes the call was written.
 */
export async function classify(run: Run, deps: Dependencies): Promise<Run> {
  const { classes } = deps
  if (classes === undefined || !isWorthIt(run)) return run
  const { prompt } = run.request
  const known = classes.recall(prompt)
  if (known !== undefined) return withClass(run, await known, deps)
  const tool = classes.toAsk(prompt)
  if (tool === undefined || run.stop.buying.aborted || !isOfItsBook(tool, run)) return run
  // A job that was put back has paid for it already.
  if (run.earlierLooks !== undefined || !hasTime(run, tool.timeoutMs, deps)) return run
  if (tool.ceilingNano === 0n) return withClass(run, await classes.ask(prompt, {}), deps)
  const bill = openBill(run, deps)
  const said = await classes.ask(prompt, { account: bill, signal: run.stop.calls })
  return withClass(await bill.close(), said, deps)
}

/** The same of what was said before, for a look at what would become of a request. */
export async function recallClass(run: Run, deps: Dependencies): Promise<Run> {
  if (!isWorthIt(run)) return run
  return withClass(run, await deps.classes?.recall(run.request.prompt), deps)
}

/**
 * Models that were named are not chosen by what a prompt is about. And who says what the request
 * may cost at most means all of it.
 */
const isWorthIt = (run: Run): boolean =>
  run.resolution.auto === 'learned' &&
  isUnclear(run.traits) &&
  missingImages(run) > 0 &&
  run.request.maxCostNano === undefined

/** Simulated and real money never meet in one request, and it is not planned yet. */
function isOfItsBook({ isSimulated }: PaidTool, { resolution, snapshot }: Run): boolean {
  const providers = new Set(resolution.models.map(({ provider }) => provider))
  const known = [...providers].flatMap((id) => snapshot.providers.get(id) ?? [])
  return known.length > 0 && known.every((provider) => provider.isSimulated === isSimulated)
}

function hasTime(run: Run, timeoutMs: number, { clock }: Dependencies): boolean {
  const { deadlineMs } = run.request
  if (deadlineMs === undefined) return true
  return run.startedMs + deadlineMs - clock.monotonicMs() > 2 * timeoutMs
}

function withClass(run: Run, classified: PromptClass | undefined, deps: Dependencies): Run {
  if (classified === undefined) return run
  const { resolution, traits } = run
  const { purpose, ...request } = run.request
  // The name of a model stands in the request as its purpose by now.
  const asked = { ...request, ...(traits.basis.purpose === 'asked' && purpose ? { purpose } : {}) }
  const ofModel = resolution.purpose
  const said = { classified, ...(ofModel === undefined ? {} : { purposeOfModel: ofModel }) }
  return { ...run, traits: lessSpent(requestTraits(asked, deps.purposes, said), run) }
}

/** What was paid to learn the purpose is part of what the purpose allows. */
function lessSpent(traits: RequestTraits, run: Run): RequestTraits {
  const { maxCostNano } = traits.standard
  if (maxCostNano === undefined) return traits
  return { ...traits, standard: { ...traits.standard, maxCostNano: maxCostNano - spentNano(run) } }
}

interface Bill extends LookAccount {
  /** The run with what was paid; resolves when that is durable. */
  close(): Promise<Run>
}

/**
 * Pays for one call that comes before there is a plan: the request becomes durable with a hold for
 * that call alone, which is closed with its cost. The plan's own money is put aside after it.
 */
function openBill(run: Run, deps: Dependencies): Bill {
  let closed: Promise<Run> | undefined
  let trouble: unknown
  return {
    close: async () => {
      if (trouble !== undefined) throw trouble
      return (await closed) ?? run
    },
    open: async (tool) => {
      try {
        const opened = await begin(run, tool, deps)
        return (costNano) => {
          const ended = settledLook(opened.look, opened.hold, costNano ?? tool, deps.clock.now())
          closed = end(opened, ended, deps)
          deps.emit(tellOf(ended.attempt, tool))
        }
      } catch (error) {
        trouble = isFull(error) ? undefined : error
        return undefined
      }
    },
  }
}

/** A budget without room for the question may still have room for pictures. */
const isFull = (error: unknown): boolean =>
  GatewayError.isInstance(error) && error.code === 'insufficient_quota'

interface Begun {
  readonly run: Run
  readonly acceptance: Fact
  readonly hold: Hold
  readonly look: Attempt
}

async function begin(run: Run, tool: PaidTool, deps: Dependencies): Promise<Begun> {
  const book = tool.isSimulated ? 'simulated' : 'real'
  const record = { ...toRecord(run, deps), book } as const
  const worst = { totalNano: tool.ceilingNano, byProvider: new Map<string, bigint>() }
  const claims = await deps.budgets.claimsFor(spenderOf(run), worst)
  const hold = makeHold(record, tool.ceilingNano, deps)
  const place = { id: run.id, position: -1, step: 0 }
  const look = draftLook({ kind: 'classify', tool, of: place, count: 1, requestId: run.id }, deps)
  const acceptance = acceptanceOf(record, run.job !== undefined)
  const facts: Fact[] = [
    ...nameFacts(run),
    acceptance,
    ...answerFacts(run, deps),
    { kind: 'hold-opened', hold, claims },
  ]
  const known = { ...run, hold, unwritten: facts }
  await announce([look], facts, known, deps)
  return { run, acceptance, hold, look }
}

async function end(
  { run, acceptance, hold }: Begun,
  { attempt, fact }: ReturnType<typeof settledLook>,
  deps: Dependencies,
): Promise<Run> {
  const entry = closeEntry(hold, 'release', attempt.costNano, deps.clock.now())
  const facts: Fact[] = [fact, { kind: 'hold-closed', entry }]
  await paidWrite({ requestId: run.id, facts }, deps)
  const earlierLooks = [...(run.earlierLooks ?? []), attempt]
  return { ...run, isKnown: true, earlierLooks, unwritten: [acceptance, ...run.unwritten] }
}
