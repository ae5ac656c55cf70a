import { type Nano, sumNano } from '../core/money.ts'
import type { Purpose } from '../core/purpose/purpose.ts'
import type { Expectation, Need } from '../core/quality/check.ts'
import { isOfPurpose, LOWEST_SHARE } from '../core/quality/checks/blur.ts'
import { type Gate, gatesFor } from '../core/quality/gate.ts'
import type { PictureMeasures } from '../core/quality/measures/measure-picture.ts'
import type { PictureHash } from '../core/quality/measures/picture-hash.ts'
import { isRefusal, needOf, runGate } from '../core/quality/run-gate.ts'
import { failed, unknown, type Verdict } from '../core/quality/verdict.ts'
import type { Clock } from '../ports/clock.ts'
import type { PaidTool } from '../ports/paid-tool.ts'
import {
  EvidenceDesk,
  type Found,
  type GatedPicture,
  type GateTools,
  type LookTerms,
} from './gate-evidence.ts'
import { gateVersionOf, scoreVersionOf } from './gate-version.ts'
import { SharpnessDesk } from './sharpness-desk.ts'

/** What one gate said, what it cost and how long it took. */
export interface GateVerdict extends Verdict {
  readonly gate: Gate['gate']
  /** Undefined when nobody knows, which is not nothing. */
  readonly costNano: Nano | undefined
  readonly milliseconds: number
  /** An emulated tool said it: it is no evidence of anything. */
  readonly isEmulated?: true
  /** By what it was scored; absent for gates without a threshold. */
  readonly scoreVersion?: string
}

/** What became of one picture at its gates. */
export interface GateReport {
  /** Whether it passed all of them. */
  readonly isGood: boolean
  /** Lowest score of the gates that could tell, 0 to 1; absent when none could. */
  readonly score?: number
  /** The gate that refused it. */
  readonly refusal?: GateVerdict
  /** In the order in which they ran; those behind a refusal did not run. */
  readonly verdicts: readonly GateVerdict[]
  /** What is known of the cost; with `hasUnknownCost` there is more. */
  readonly costNano: Nano
  readonly hasUnknownCost: boolean
  readonly milliseconds: number
  /** For telling the next pictures of the answer from this one; absent when it was not decoded. */
  readonly hash?: PictureHash
}

/** What a picture was made for, and by what it is judged. */
export interface GateWishes extends Omit<Expectation, 'sharpness' | 'isCritical'> {
  readonly purpose: {
    readonly name: string
    readonly gates: readonly Gate[]
    readonly isCritical: boolean
  }
  /** So few bytes for its pixels that it may be blank; see `isSuspiciouslySmall`. */
  readonly isSuspicious?: boolean
}

/**
 * Leads pictures through the gates of their purpose, from the cheapest to the dearest, and stops at
 * the first that refuses. It decides nothing about money or routes: it reports.
 */
export class GateDesk {
  readonly #clock: Clock
  readonly #evidence: EvidenceDesk
  readonly #comparesPictures: boolean
  /** The tools that charge, by what they are needed for. */
  readonly #tools: { readonly [Key in Need]?: PaidTool }
  /** Whether texts in pictures can be read. */
  readonly canRead: boolean
  readonly canJudge: boolean
  readonly #versions = new WeakMap<readonly Gate[], { readonly version: string | undefined }>()
  readonly #scores = new WeakMap<Gate, { readonly version: string | undefined }>()
  readonly #all: GateTools
  /** How sharp the pictures of purposes were so far. */
  readonly sharpness = new SharpnessDesk()

  constructor(tools: GateTools & { readonly clock: Clock }) {
    this.#clock = tools.clock
    this.#all = tools
    this.#evidence = new EvidenceDesk(tools)
    this.canRead = tools.reader !== undefined
    this.canJudge = tools.judge !== undefined
    this.#comparesPictures = tools.embedder?.takesImages === true
    const { judge, embedder } = tools
    this.#tools = { ...(judge && { judge }), ...(embedder && { embedding: embedder }) }
  }

  /**
   * Whether pictures can be compared with pictures, those of a book or any: an emulated embedder
   * sees none but emulated ones.
   */
  canCompare(isSimulated?: boolean): boolean {
    const { embedding } = this.#tools
    const isOfBook = isSimulated === undefined || embedding?.isSimulated === isSimulated
    return this.#comparesPictures && isOfBook
  }

  /** Looks at one picture. Never rejects: what cannot be told is a verdict, too. */
  async examine(
    picture: GatedPicture,
    { purpose, isSuspicious = false, ...wishes }: GateWishes,
    terms: LookTerms = {},
  ): Promise<GateReport> {
    const history = historyOf(purpose, picture)
    const expectation: Expectation = {
      ...{ ...wishes, isCritical: purpose.isCritical, sharpness: this.sharpness.of(history) },
    }
    const gates = gatesFor(purpose.gates, { isTransparent: wishes.isTransparent, isSuspicious })
    const start = this.#clock.monotonicMs()
    const found = new Map<Need, Found>()
    const verdicts: GateVerdict[] = []
    let refusal: GateVerdict | undefined
    for (const gate of gates) {
      const verdict = await this.#look(gate, picture, { expectation, found, terms })
      verdicts.push(verdict)
      if (!isRefusal(verdict, gate)) continue
      refusal = verdict
      break
    }
    const measures = measuresOf(found)
    const share = lowestShareOf(purpose.gates)
    if (measures !== undefined) this.#learn({ history, share }, measures, refusal)
    const scores = verdicts.flatMap(({ score }) => (score === undefined ? [] : [score]))
    return {
      isGood: refusal === undefined,
      ...(scores.length === 0 ? {} : { score: Math.min(...scores) }),
      ...(refusal === undefined ? {} : { refusal }),
      verdicts,
      costNano: sumNano(verdicts.map(({ costNano }) => costNano ?? 0n)),
      hasUnknownCost: verdicts.some(({ costNano }) => costNano === undefined),
      milliseconds: this.#clock.monotonicMs() - start,
      ...(measures === undefined ? {} : { hash: measures.hash }),
    }
  }

  /** See `gateVersionOf`; the gates of a purpose are the same list each time. */
  versionOf(purpose: Pick<Purpose, 'gates' | 'isCritical'>): string | undefined {
    const known = this.#versions.get(purpose.gates) ?? {
      version: gateVersionOf(purpose, this.#all),
    }
    this.#versions.set(purpose.gates, known)
    return known.version
  }

  /** See `scoreVersionOf`; a gate of a purpose is the same object each time. */
  scoreVersionOf(gate: Gate, isCritical: boolean): string | undefined {
    const known = this.#scores.get(gate) ?? {
      version: scoreVersionOf(gate, isCritical, this.#all),
    }
    this.#scores.set(gate, known)
    return known.version
  }

  /** Most that the looks at one picture may cost; tools of the other book do not look at it. */
  ceilingNano(gates: readonly Gate[], isSimulated: boolean): Nano {
    return sumNano(
      gates.map((gate) => {
        const tool = this.#tools[needOf(gate)]
        if (tool?.isSimulated !== isSimulated) return 0n
        return tool.ceilingNano * BigInt(this.#evidence.looksOf(gate))
      }),
    )
  }

  async #look(
    gate: Gate,
    picture: GatedPicture,
    seen: {
      readonly expectation: Expectation
      readonly found: Map<Need, Found>
      readonly terms: LookTerms
    },
  ): Promise<GateVerdict> {
    const { expectation, found: known, terms } = seen
    const start = this.#clock.monotonicMs()
    const need = needOf(gate)
    const before = known.get(need)
    const found = before ?? (await this.#evidence.find(need, gate, picture, expectation, terms))
    const scoreVersion = this.scoreVersionOf(gate, expectation.isCritical)
    // Readings and answers depend on the gate's own settings; a second gate looks for itself.
    if (need === 'header' || need === 'pixels' || isOfPrompt(gate)) known.set(need, found)
    return {
      gate: gate.gate,
      ...verdictOn(gate, found, expectation),
      costNano: before === undefined ? found.costNano : 0n,
      milliseconds: this.#clock.monotonicMs() - start,
      ...(this.#tools[need]?.isSimulated === true ? { isEmulated: true } : {}),
      ...(scoreVersion === undefined ? {} : { scoreVersion }),
    }
  }

  /**
   * Remembers how sharp the pictures of a purpose are. What was refused for something cheaper is no
   * picture of it.
   */
  #learn(
    { history, share }: { readonly history: string; readonly share: number },
    { sharpness }: PictureMeasures,
    refusal: GateVerdict | undefined,
  ): void {
    if (refusal?.gate === 'blur') {
      if (isOfPurpose(this.sharpness.of(history), sharpness)) {
        this.sharpness.refuse(history, sharpness)
      }
      return
    }
    if (refusal !== undefined && !isDear(refusal)) return
    this.sharpness.pass(history, sharpness, share)
  }
}

const isOfPrompt = (gate: Gate): boolean => gate.gate === 'similarity' && gate.to === 'prompt'

/** Pictures of emulated providers teach nothing about real ones. */
const historyOf = ({ name }: GateWishes['purpose'], { isSimulated }: GatedPicture): string =>
  isSimulated === true ? `simulated:${name}` : name

/** Share of good pictures that the purpose has refused as blurred. */
const lowestShareOf = (gates: readonly Gate[]): number =>
  gates.find((gate) => gate.gate === 'blur')?.lowest_share ?? LOWEST_SHARE

/** Whether a refusal is about the content of a whole, sharp picture. */
const isDear = ({ gate }: GateVerdict): boolean => ['text', 'similarity', 'judge'].includes(gate)

function verdictOn(gate: Gate, found: Found, expectation: Expectation): Verdict {
  switch (found.kind) {
    case 'found':
      return runGate(gate, found.evidence, expectation)
    case 'broken':
      return failed(0, found.reason)
    case 'missing':
      return unknown(found.reason)
  }
}

function measuresOf(found: ReadonlyMap<Need, Found>): PictureMeasures | undefined {
  const pixels = found.get('pixels') as Found<'pixels'> | undefined
  return pixels?.kind === 'found' ? pixels.evidence : undefined
}
