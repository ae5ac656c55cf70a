import { readOwn } from '../../core/pricebook/feed/readers/own.ts'
import type { Trust } from '../../core/pricebook/feed/trust.ts'
import type { PriceSource } from '../../ports/price-source.ts'
import { fetchJson, fetchText } from './fetch-json.ts'
import { isSigned, SIGNATURE_HEADER, type SignatureRule, toPublicKey } from './signature.ts'
import { hostOf, sourceFailure } from './source-failure.ts'
import type { SourceParts } from './source-parts.ts'

const EVERY_MS = 3_600_000

/** What a feed of one's own is made of. */
export interface OwnSourceParts extends Omit<SourceParts, 'names' | 'url' | 'id'> {
  readonly id: string
  readonly url: string
  readonly trust: Trust
  readonly signature: SignatureRule
  /** Such as a key for a private server. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * A feed in the form of our own price files, from a server. With a signature rule, what is not
 * signed is not read. An Ed25519 signature comes in the header or beside the file, as `<url>.sig`.
 * @throws TypeError when the public key is none.
 */
export function createOwnSource(parts: OwnSourceParts): PriceSource {
  const { http, clock, id, url, trust, signature, everyMs = EVERY_MS } = parts
  const { headers = {}, privateOrigins = [] } = parts
  if (signature.kind === 'ed25519') toPublicKey(signature.publicKey)
  return {
    id,
    kind: 'own',
    trust,
    everyMs,
    fetch: async (version, signal) => {
      const request = { url, version, headers, privateOrigins, signal }
      const answer = await fetchJson(http, request)
      const fetchedAt = clock.now()
      if (answer.kind === 'unchanged') return { kind: 'unchanged', fetchedAt }
      let given = answer.headers[SIGNATURE_HEADER]
      if (given === undefined && signature.kind === 'ed25519') {
        given = await fetchText(http, { ...request, url: besides(url), version: {} })
      }
      if (!isSigned(answer.json, given, signature)) {
        throw sourceFailure('unsigned', `the feed of ${hostOf(url)} is not signed as agreed`)
      }
      const reading = readOwn(answer.json, { source: id })
      if (reading === undefined) {
        throw sourceFailure('unreadable', `${hostOf(url)} sent no list of price rows`)
      }
      return { kind: 'read', reading, version: answer.version, fetchedAt }
    },
  }
}

/** `prices.json?x=1` has its signature at `prices.json.sig?x=1`. */
function besides(url: string): string {
  const target = new URL(url)
  target.pathname = `${target.pathname}.sig`
  return target.href
}
