import type { Nano } from '../../core/money.ts'
import { type Price, rate } from '../../core/pricing/rate.ts'
import type { HttpClient, HttpFailure } from '../../ports/http-client.ts'
import type { PaidTool } from '../../ports/paid-tool.ts'

/** A server that speaks OpenAI's API: OpenAI, Mistral, vLLM, one of your own. */
export interface Endpoint {
  readonly http: HttpClient
  /** Root of the API, such as `https://api.openai.com/v1`. */
  readonly baseUrl: string
  readonly apiKey?: string
  readonly model: string
  /**
   * By token, or so much a call. Without it the cost of a call is not known, which is not the same
   * as nothing.
   */
  readonly price?: Price | CallPrice | 'free'
  /** The base URL may lie on a private or loopback address. */
  readonly allowPrivate?: boolean
  readonly timeoutMs?: number
  /** An emulator answers there. */
  readonly isSimulated?: boolean
}

/** What every call costs, however many tokens it has. */
export interface CallPrice {
  readonly callNano: Nano
}

/** What came of a request, and what it cost as far as that is known without its answer. */
export type Asked =
  | { readonly ok: true; readonly json: unknown }
  | { readonly ok: false; readonly reason: string; readonly costNano: Nano | undefined }

const TIMEOUT_MS = 30_000
/** Answers are some kilobytes; vectors of a hundred texts some megabytes. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024

/** Posts a body and gives the JSON of a 200. Never rejects; a refusal is taken to be free. */
export async function ask(
  endpoint: Endpoint,
  path: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<Asked> {
  const { http, baseUrl, apiKey, allowPrivate = false, timeoutMs = TIMEOUT_MS } = endpoint
  const url = `${baseUrl.replace(/\/+$/, '')}${path}`
  const { origin, host } = new URL(url)
  try {
    const answer = await http.send({
      method: 'POST',
      url,
      headers: {
        accept: 'application/json',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: { kind: 'json', value: body },
      addresses: { privateOrigins: allowPrivate ? [origin] : [] },
      maxRedirects: 0,
      timeouts: { headersMs: timeoutMs, totalMs: timeoutMs },
      maxBytes: MAX_ANSWER_BYTES,
      ...(signal === undefined ? {} : { signal }),
    })
    if (answer.status === 200) return { ok: true, json: answer.json }
    return { ok: false, reason: `${host} answered ${answer.status}`, costNano: 0n }
  } catch (error) {
    const { kind, sent } = isHttpFailure(error) ? error.httpFailure : { kind: error, sent: true }
    // What was sent may have been worked on and billed.
    const costNano = sent ? undefined : 0n
    return { ok: false, reason: `${host} gave no answer: ${kind}`, costNano }
  }
}

const isHttpFailure = (error: unknown): error is HttpFailure =>
  error instanceof Error && 'httpFailure' in error

/** Tokens as an answer counts them. */
export interface CountedTokens {
  readonly prompt?: number | undefined
  readonly completion?: number | undefined
}

/** What the tokens of an answer cost; undefined when price or count is not known. */
export function costOf(
  price: Endpoint['price'],
  { prompt, completion }: CountedTokens,
): Nano | undefined {
  if (price === 'free') return 0n
  if (price === undefined) return undefined
  if ('callNano' in price) return price.callNano
  if (prompt === undefined) return undefined
  const tokens = { textIn: prompt, ...(completion === undefined ? {} : { textOut: completion }) }
  const rated = rate(price, { images: 0, tokens })
  return rated.ok ? rated.charge.totalNano : undefined
}

/**
 * Tokens of the largest picture that models take: 16,384 of Qwen's (limit `max_pixels` of its
 * models that see, Alibaba Cloud's reference, read 2026-11-26), and the text beside it.
 */
const MOST_PROMPT_TOKENS = 20_000
/** Dollars that a look is taken to cost at most where no price is known: ours, and high. */
const UNPRICED_CEILING_NANO = 20_000_000n

/** How the ledger sees a tool at an endpoint. @param most tokens of one use. */
export function paidTool(
  kind: 'judge' | 'embedder' | 'classifier',
  { model, price, isSimulated = false }: Endpoint,
  most: CountedTokens = {},
): PaidTool {
  const ceilingNano =
    costOf(price, { prompt: MOST_PROMPT_TOKENS, ...most }) ?? UNPRICED_CEILING_NANO
  return { account: `${kind}/${model}`, ceilingNano, isSimulated }
}
