import type { Endpoint } from '../adapters/openai-compatible/ask.ts'
import { createOpenAIEmbedder } from '../adapters/openai-compatible/openai-embedder.ts'
import { createOpenAIJudge } from '../adapters/openai-compatible/openai-judge.ts'
import { createLazyTesseract, type LazyTesseract } from '../adapters/tesseract/lazy-tesseract.ts'
import { shiftDecimal } from '../core/pricing/decimal.ts'
import type { Price } from '../core/pricing/rate.ts'
import type { GateTools } from '../gateway/gate-evidence.ts'
import type { HttpClient } from '../ports/http-client.ts'
import { REFEREE_MODEL, REFEREE_PRICE } from '../sandbox/referee.ts'
import { ConfigError } from './config-error.ts'
import type { EndpointSettings, QualitySettings } from './quality-schema.ts'

/** The tools that charge or may be missing. */
export interface OpenedTools extends Omit<GateTools, 'decoder' | 'sha256' | 'reader'> {
  readonly reader?: LazyTesseract
}

/**
 * Makes the tools that gates look with. Nothing is started or asked: the text reader is looked for
 * when the first text is to be read.
 * @param sandboxUrl address of an emulated tool; needed only where the settings name the sandbox.
 */
export function openGateTools(
  { tesseract = true, judge, embedder }: QualitySettings,
  { http, sandboxUrl }: { readonly http: HttpClient; readonly sandboxUrl: (id: string) => string },
): OpenedTools {
  const emulated = () => emulatedEndpoint({ http, sandboxUrl })
  return {
    ...(tesseract === false
      ? {}
      : { reader: createLazyTesseract(tesseract === true ? {} : definedOnly(tesseract)) }),
    ...(judge === undefined
      ? {}
      : {
          judge: createOpenAIJudge(
            judge === 'sandbox'
              ? emulated()
              : {
                  ...toEndpoint(judge, http),
                  ...(judge.temperature === undefined ? {} : { temperature: judge.temperature }),
                },
          ),
        }),
    ...(embedder === undefined
      ? {}
      : {
          embedder: createOpenAIEmbedder(
            embedder === 'sandbox'
              ? { ...emulated(), pictures: 'objects' }
              : { ...toEndpoint(embedder, http), pictures: embedder.pictures },
          ),
        }),
  }
}

const NO_SANDBOX = 'sandbox names an emulated judge or embedder, but no provider is emulated'

/** The emulated judge and embedder, as a server. @throws ConfigError when nothing is emulated. */
export function emulatedEndpoint(parts: {
  readonly http: HttpClient
  readonly sandboxUrl: (id: string) => string
}): Endpoint {
  const baseUrl = parts.sandboxUrl('referee')
  if (baseUrl === '') throw new ConfigError([NO_SANDBOX])
  const server = { http: parts.http, baseUrl, allowPrivate: true, isSimulated: true }
  return { ...server, model: REFEREE_MODEL, price: REFEREE_PRICE }
}

/** An endpoint as adapters take it. */
export const toEndpoint = (settings: EndpointSettings, http: HttpClient): Endpoint => ({
  http,
  baseUrl: settings.url,
  model: settings.model,
  price: toPrice(settings.price),
  ...(settings.api_key === undefined ? {} : { apiKey: settings.api_key }),
  ...(settings.allow_private === undefined ? {} : { allowPrivate: settings.allow_private }),
  ...(settings.timeout === undefined ? {} : { timeoutMs: settings.timeout * 1_000 }),
})

/** Vendors list dollars per million tokens; rates are dollars per token. */
function toPrice(price: EndpointSettings['price']): Price | 'free' {
  if (price === 'free') return 'free'
  const perToken = (rate: string | number): string => shiftDecimal(String(rate), -6)
  return {
    components: [
      {
        kind: 'tokens',
        text_in: perToken(price.input),
        ...(price.output === undefined ? {} : { text_out: perToken(price.output) }),
      },
    ],
  }
}

const definedOnly = <Value extends object>(value: Value) =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [Key in keyof Value]?: Exclude<Value[Key], undefined>
  }
