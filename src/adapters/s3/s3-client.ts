import { createHash, hash } from 'node:crypto'
import { AwsV4Signer } from 'aws4fetch'
import type { Clock, Random } from '../../ports/clock.ts'
import type { HttpAnswer, HttpClient, HttpFailure } from '../../ports/http-client.ts'
import { objectUrl, type S3Settings } from './s3-settings.ts'

/** Limits of one call and of its repetitions. */
const limits = {
  headersMs: 15_000,
  totalMs: 60_000,
  tries: 3,
  /** Pause before the second try; it doubles, and up to half of it is added by chance. */
  pauseMs: 200,
  /** The largest object that is read: the largest picture that is taken. */
  maxBytes: 64 * 1024 * 1024,
} as const

/** One call to the store. */
export interface S3Call {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  readonly name: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly bytes?: Uint8Array
  /** Statuses that are answers; anything else is an error. */
  readonly statuses: readonly number[]
  /** The answer's ETag is the MD5 of `bytes`; another one means that other bytes arrived. */
  readonly checksTag?: boolean
}

/** The store refused a call, or could not be reached. */
export class S3Error extends Error {
  readonly code: string
  readonly status: number | undefined
  constructor(message: string, code: string, status?: number) {
    super(message)
    this.name = 'S3Error'
    this.code = code
    this.status = status
  }
}

/** What a credential that does not work any more is called; repeating helps none of them. */
const CREDENTIAL_CODES = [
  ...['ExpiredToken', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidToken'],
  ...['TokenRefreshRequired', 'AccessDenied', 'RequestTimeTooSkewed'],
]

/** Signs calls to an S3-compatible store and repeats what may succeed the next time. */
export class S3Client {
  readonly #settings: S3Settings
  readonly #http: HttpClient
  readonly #clock: Clock
  readonly #random: Random

  constructor(
    settings: S3Settings,
    parts: { readonly http: HttpClient; readonly clock: Clock; readonly random: Random },
  ) {
    this.#settings = settings
    this.#http = parts.http
    this.#clock = parts.clock
    this.#random = parts.random
  }

  /** @throws S3Error */
  async call(call: S3Call): Promise<HttpAnswer> {
    let failure: S3Error | undefined
    for (let turn = 0; turn < limits.tries; turn += 1) {
      if (turn > 0) await this.#clock.sleep(this.#pauseMs(turn))
      const outcome = await this.#once(call)
      if (!(outcome instanceof S3Error)) return outcome
      failure = outcome
      if (!isWorthRepeating(outcome)) break
    }
    throw failure ?? new S3Error('the store was not asked', 'internal')
  }

  #pauseMs(turn: number): number {
    const [chance = 0] = this.#random.bytes(1)
    return limits.pauseMs * 2 ** (turn - 1) * (1 + chance / 512)
  }

  async #once(call: S3Call): Promise<HttpAnswer | S3Error> {
    const { allowPrivate, endpoint } = this.#settings
    const url = objectUrl(this.#settings, call.name)
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value)
    let answer: HttpAnswer
    try {
      answer = await this.#http.send({
        method: call.method,
        url: url.href,
        headers: await this.#signed(call, url),
        ...(call.bytes === undefined ? {} : { body: { kind: 'bytes', bytes: call.bytes } }),
        addresses: { privateOrigins: allowPrivate ? [new URL(endpoint).origin, url.origin] : [] },
        maxRedirects: 0,
        timeouts: limits,
        maxBytes: limits.maxBytes,
      })
    } catch (error) {
      const kind = (error as Partial<HttpFailure>).httpFailure?.kind ?? 'unknown'
      return new S3Error(`the object store cannot be reached: ${kind}`, kind)
    }
    if (!call.statuses.includes(answer.status)) return refusal(answer)
    return call.checksTag === true ? checkedTag(answer, call.bytes) : answer
  }

  async #signed(call: S3Call, url: URL): Promise<Record<string, string>> {
    const { accessKeyId, secretAccessKey, sessionToken, region } = this.#settings
    const { headers } = await new AwsV4Signer({
      ...{ accessKeyId, secretAccessKey, region, service: 's3', method: call.method },
      ...(sessionToken === undefined ? {} : { sessionToken }),
      url: url.href,
      headers: {
        ...call.headers,
        // The store refuses bytes that are not those that were signed.
        'x-amz-content-sha256': hash('sha256', call.bytes ?? '', 'hex'),
      },
      datetime: new Date(this.#clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
    }).sign()
    return Object.fromEntries(headers)
  }
}

const isWorthRepeating = ({ code, status }: S3Error): boolean =>
  code !== 'blocked_address' &&
  code !== 'too_large' &&
  (status === undefined || status >= 500 || status === 429 || status === 408 || status === 200)

function refusal({ status, text = '' }: HttpAnswer): S3Error {
  const code = /<Code>([^<]{1,100})<\/Code>/.exec(text)?.[1] ?? `HTTP ${status}`
  const isCredential = CREDENTIAL_CODES.includes(code) || status === 401 || status === 403
  const hint = isCredential ? '; check access key, secret, session token, region and clock' : ''
  return new S3Error(`the object store refused: ${code}${hint}`, code, status)
}

/** Encrypted with a key of their own, or in parts, objects have tags that are no MD5. */
function checkedTag(answer: HttpAnswer, bytes: Uint8Array | undefined): HttpAnswer | S3Error {
  const tag = answer.headers.etag?.replaceAll('"', '') ?? ''
  const isOther = answer.headers['x-amz-server-side-encryption'] === 'aws:kms'
  if (bytes === undefined || isOther || !/^[0-9a-f]{32}$/.test(tag)) return answer
  const own = createHash('md5').update(bytes).digest('hex')
  if (own === tag) return answer
  return new S3Error('the object store took other bytes than were sent', 'BadDigest', answer.status)
}
