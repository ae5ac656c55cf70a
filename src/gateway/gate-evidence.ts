import { canonicalJson } from '../core/json.ts'
import type { Nano } from '../core/money.ts'
import type { Evidence, Expectation, Need } from '../core/quality/check.ts'
import type { Gate } from '../core/quality/gate.ts'
import { checkStructure } from '../core/quality/image-header.ts'
import type { JudgeAnswer } from '../core/quality/judge-answer.ts'
import { requirementsOf } from '../core/quality/requirements.ts'
import { runGate } from '../core/quality/run-gate.ts'
import type { ImageFormat, Size } from '../core/request/image-request.ts'
import type { BusyError } from '../ports/busy-error.ts'
import type { Sha256 } from '../ports/digest.ts'
import type { Embedder, EmbedderInput, Embeddings } from '../ports/embedder.ts'
import type { ImageDecoder, Lettering } from '../ports/image-decoder.ts'
import type { Judge } from '../ports/judge.ts'
import type { PaidTool } from '../ports/paid-tool.ts'
import type { TextLayout, TextReader } from '../ports/text-reader.ts'
import { BrandVectors, bothNano, type FindPicture, type ReferencePicture } from './brand-vectors.ts'

/** What gates look with; what is absent makes the checks that need it say so. */
export interface GateTools {
  readonly decoder: ImageDecoder
  readonly sha256: Sha256
  readonly reader?: TextReader
  readonly embedder?: Embedder
  readonly judge?: Judge
  /** Pictures of brands, by the names that gates have for them. */
  readonly references?: ReadonlyMap<string, ReferencePicture>
}

/** Where looks are booked that tools charge for. */
export interface LookAccount {
  /**
   * Called before a look is sent. @returns what books its cost once it has ended, which is
   * undefined when nobody knows it; undefined when it cannot be written down now and must not be
   * sent.
   */
  open(tool: PaidTool): Promise<((costNano: Nano | undefined) => void) | undefined>
}

/** For who pays outside of requests: nothing is booked. */
const noAccount: LookAccount = { open: async () => () => undefined }

/** A picture that is looked at. */
export interface GatedPicture extends Size {
  readonly bytes: Uint8Array
  readonly format: ImageFormat
  /** Names the bytes; answers of judges are remembered by it. */
  readonly digest: string
  /** Made by an emulated provider. */
  readonly isSimulated?: boolean
}

/** Who pays for a look, how long it is waited for, and what the request brings along. */
export interface LookTerms {
  readonly account?: LookAccount
  readonly signal?: AbortSignal
  readonly find?: FindPicture
}

/** Something to look at, or why there is nothing, with what it cost to come by. */
export type Found<Kind extends Need = Need> = (
  | { readonly kind: 'found'; readonly evidence: Evidence[Kind] }
  /** The picture is no picture. */
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'missing'; readonly reason: string }
) & { readonly costNano: Nano | undefined }

/** Answers of judges that are remembered: at some 2 kB each. */
const MAX_ANSWERS = 2_000
/** Larger pictures go to judges as JPEG; an answer does not get better by megabytes. */
const MAX_JUDGED_BYTES = 4 * 1024 * 1024
const JUDGED_EDGE = 2_048

/** Each finds texts that the ones before overlook; most are found by the first. */
const WAYS_OF_READING: readonly (readonly [Lettering, TextLayout])[] = [
  ['as_it_is', 'sparse'],
  ['as_it_is', 'page'],
  ['dark', 'sparse'],
  ['light', 'sparse'],
]

const free = { costNano: 0n }
const missing = (reason: string): Found => ({ kind: 'missing', reason, ...free })

/** Gets what checks look at, by the tools that there are. */
export class EvidenceDesk {
  readonly #tools: GateTools
  /** By picture, requirements and version of the judge; the oldest goes first. */
  readonly #answers = new Map<string, JudgeAnswer>()
  readonly #brands: BrandVectors

  constructor(tools: GateTools) {
    this.#tools = tools
    this.#brands = new BrandVectors(tools.references)
  }

  /** Never rejects: what cannot be got is told in words. */
  async find(
    need: Need,
    gate: Gate,
    picture: GatedPicture,
    wishes: Expectation,
    terms: LookTerms = {},
  ): Promise<Found> {
    switch (need) {
      case 'header':
        return { kind: 'found', evidence: checkStructure(picture.bytes), ...free }
      case 'pixels':
        return this.#pixels(picture)
      case 'text':
        return this.#text(gate, picture, wishes)
      case 'embedding':
        return this.#embedding(gate, picture, wishes, terms)
      case 'judge':
        return this.#judgement(gate, picture, wishes, terms)
    }
  }

  async #pixels({ bytes }: GatedPicture): Promise<Found> {
    try {
      return { kind: 'found', evidence: await this.#tools.decoder.measure(bytes), ...free }
    } catch (error) {
      if (isBusy(error)) return missing(`the picture was not looked at: ${error.message}`)
      return { kind: 'broken', reason: 'it cannot be decoded', ...free }
    }
  }

  /** Reads in one way after the other until the check is content. */
  async #text(gate: Gate, { bytes }: GatedPicture, wishes: Expectation): Promise<Found> {
    const { reader, decoder } = this.#tools
    const readings: string[] = []
    if (wishes.literals.length === 0) return { kind: 'found', evidence: readings, ...free }
    if (reader === undefined) return missing('no text reader is installed')
    try {
      const seen = new Map<Lettering, Uint8Array>()
      for (const [kind, layout] of WAYS_OF_READING) {
        const png = seen.get(kind) ?? (await decoder.lettering(bytes, kind))
        seen.set(kind, png)
        readings.push(await reader.read(png, layout))
        if (runGate(gate, readings, wishes).outcome === 'passed') break
      }
      return { kind: 'found', evidence: readings, ...free }
    } catch (error) {
      return missing(`the text could not be read: ${wordsOf(error)}`)
    }
  }

  /** How many looks of the embedder a gate costs at most. */
  looksOf(gate: Gate): number {
    return 1 + this.#brands.unseenOf(gate)
  }

  async #embedding(
    gate: Gate,
    picture: GatedPicture,
    { prompt }: Expectation,
    terms: LookTerms,
  ): Promise<Found> {
    const { embedder } = this.#tools
    if (embedder?.takesImages !== true) return missing('no embedder of pictures is configured')
    if (!isOfOneBook(embedder, picture)) return missing(otherBook(embedder))
    const ask = (image: ReferencePicture) => this.#embed(embedder, [{ image }], terms)
    const brand = await this.#brands.of(gate, ask, terms.find)
    if (!brand.ok) return { kind: 'missing', reason: brand.reason, costNano: brand.costNano }
    const isOfPrompt = gate.gate === 'similarity' && gate.to === 'prompt'
    if (!isOfPrompt && brand.vectors.length === 0) return missing('no reference is stored any more')
    const text = isOfPrompt && prompt !== '' ? [{ text: prompt }] : []
    const answer = await this.#embed(embedder, [{ image: picture }, ...text], terms)
    const costNano = bothNano(brand.costNano, answer.costNano)
    if (!answer.ok) return { kind: 'missing', reason: answer.reason, costNano }
    const [own, ofPrompt] = answer.vectors
    if (own === undefined) return { kind: 'missing', reason: 'no vector came', costNano }
    const references = brand.vectors
    const evidence = { picture: own, references, ...(ofPrompt && { prompt: ofPrompt }) }
    return { kind: 'found', evidence, costNano }
  }

  async #embed(
    embedder: Embedder,
    inputs: readonly EmbedderInput[],
    { account = noAccount, signal }: LookTerms,
  ): Promise<Embeddings> {
    const book = await account.open(embedder)
    if (book === undefined) return { ok: false, reason: notWritten, costNano: 0n }
    const answer = await embedder.embed(inputs, signal)
    book(answer.costNano)
    return answer
  }

  async #judgement(
    gate: Gate,
    picture: GatedPicture,
    wishes: Expectation,
    { account = noAccount, signal }: LookTerms,
  ): Promise<Found> {
    const { judge, sha256 } = this.#tools
    const requirements = requirementsOf(wishes, gate.gate === 'judge' ? gate.requirements : [])
    if (requirements.length === 0) {
      return { kind: 'found', evidence: { requirements: [], artefacts: [] }, ...free }
    }
    if (judge === undefined) return missing('no judge is configured')
    if (!isOfOneBook(judge, picture)) return missing(otherBook(judge))
    const key = sha256(canonicalJson([picture.digest, requirements, judge.version]))
    const known = this.#answers.get(key)
    if (known !== undefined) return { kind: 'found', evidence: known, ...free }
    const image = await this.#judged(picture)
    if (image === undefined) return missing('the picture could not be made small enough to judge')
    const question = { image, prompt: wishes.prompt, requirements }
    const book = await account.open(judge)
    if (book === undefined) return missing(notWritten)
    const judgement = await judge.judge(signal === undefined ? question : { ...question, signal })
    const { costNano } = judgement
    book(costNano)
    if (!judgement.ok) return { kind: 'missing', reason: judgement.reason, costNano }
    this.#remember(key, judgement.answer)
    return { kind: 'found', evidence: judgement.answer, costNano }
  }

  #remember(key: string, answer: JudgeAnswer): void {
    const [oldest] = this.#answers.keys()
    if (this.#answers.size >= MAX_ANSWERS && oldest !== undefined) this.#answers.delete(oldest)
    this.#answers.set(key, answer)
  }

  async #judged({
    bytes,
    format,
    width,
    height,
  }: GatedPicture): Promise<{ bytes: Uint8Array; format: ImageFormat } | undefined> {
    if (bytes.length <= MAX_JUDGED_BYTES) return { bytes, format }
    const factor = Math.min(1, JUDGED_EDGE / Math.max(width, height))
    const edge = (length: number): number => Math.max(1, Math.round(length * factor))
    const resize = { width: edge(width), height: edge(height) }
    try {
      const small = await this.#tools.decoder.convert(bytes, { resize, format: 'jpeg' })
      return { bytes: small, format: 'jpeg' }
    } catch {
      return undefined
    }
  }
}

const notWritten = 'it was not asked: its cost cannot be written down now'

const isOfOneBook = (tool: PaidTool, { isSimulated = false }: GatedPicture): boolean =>
  tool.isSimulated === isSimulated

const otherBook = ({ account, isSimulated }: PaidTool): string =>
  isSimulated
    ? `${account} is emulated and looks at emulated pictures only`
    : `${account} costs real money and does not look at emulated pictures`

const isBusy = (error: unknown): error is BusyError => error instanceof Error && 'isBusy' in error

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
