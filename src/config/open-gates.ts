import { createOnnxEmbedder } from '../adapters/onnx/onnx-embedder.ts'
import type { CallPrice, Endpoint } from '../adapters/openai-compatible/ask.ts'
import type { ChatEndpoint } from '../adapters/openai-compatible/chat.ts'
import { createOpenAIClassifier } from '../adapters/openai-compatible/openai-classifier.ts'
import { createOpenAIEmbedder } from '../adapters/openai-compatible/openai-embedder.ts'
import { createOpenAIJudge } from '../adapters/openai-compatible/openai-judge.ts'
import { createLazyTesseract, type LazyTesseract } from '../adapters/tesseract/lazy-tesseract.ts'
import { nanoFromProduct } from '../core/money.ts'
import { shiftDecimal } from '../core/pricing/decimal.ts'
import type { Price } from '../core/pricing/rate.ts'
import type { Purposes } from '../core/purpose/default-purposes.ts'
import { ClassDesk } from '../gateway/class-desk.ts'
import type { Dependencies } from '../gateway/dependencies.ts'
import type { GateTools } from '../gateway/gate-evidence.ts'
import type { Classifier } from '../ports/classifier.ts'
import type { Clock } from '../ports/clock.ts'
import type { Embedder } from '../ports/embedder.ts'
import type { HttpClient } from '../ports/http-client.ts'
import type { Log } from '../ports/log.ts'
import { REFEREE_MODEL, REFEREE_PRICE } from '../sandbox/referee.ts'
import { ConfigError } from './config-error.ts'
import type { EndpointSettings, QualitySettings } from './quality-schema.ts'
import type { Settings } from './schema.ts'

/** The tools that charge or may be missing. */
export interface OpenedTools extends Omit<GateTools, 'decoder' | 'sha256' | 'reader'> {
  readonly reader?: LazyTesseract
  /** It looks at prompts, and so at no gate. */
  readonly classifier?: Classifier
}

/** A picture takes about a second in one thread; the first one waits for its model, too. */
const LOCAL_TIMEOUT_MS = 30_000
/** A request must not wait long to learn what it is about: the rules do without. */
const CLASSIFIER_TIMEOUT_MS = 2_000

/**
 * Makes the tools that gates look with. Nothing is started or asked: the text reader is looked for
 * when the first text is to be read.
 * @param sandboxUrl address of an emulated tool; needed only where the settings name the sandbox.
 */
export function openGateTools(
  { tesseract = true, judge, embedder, classifier }: QualitySettings,
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
          judge: createOpenAIJudge(judge === 'sandbox' ? emulated() : toChatEndpoint(judge, http)),
        }),
    ...(embedder === undefined
      ? {}
      : {
          embedder: pictureEmbedder(embedder, { http, emulated }),
        }),
    ...(classifier === undefined
      ? {}
      : {
          classifier: createOpenAIClassifier({
            timeoutMs: CLASSIFIER_TIMEOUT_MS,
            ...(classifier === 'sandbox' ? emulated() : toChatEndpoint(classifier, http)),
          }),
        }),
  }
}

function pictureEmbedder(
  chosen: NonNullable<QualitySettings['embedder']>,
  { http, emulated }: { readonly http: HttpClient; readonly emulated: () => Endpoint },
): Embedder {
  if (chosen === 'sandbox') return createOpenAIEmbedder({ ...emulated(), pictures: 'objects' })
  if (!('folder' in chosen)) {
    return createOpenAIEmbedder({ ...toEndpoint(chosen, http), pictures: chosen.pictures })
  }
  const local = { folder: chosen.folder, takesImages: true, timeoutMs: LOCAL_TIMEOUT_MS }
  try {
    return createOnnxEmbedder(local)
  } catch (error) {
    throw new ConfigError([`quality.embedder: ${error instanceof Error ? error.message : error}`])
  }
}

const toChatEndpoint = (
  { temperature, ...server }: EndpointSettings & { readonly temperature?: 'own' | undefined },
  http: HttpClient,
): ChatEndpoint => ({
  ...toEndpoint(server, http),
  ...(temperature === undefined ? {} : { temperature }),
})

/** Prompts that a classifier is asked about in a minute, unless the settings say. */
const USUAL_PER_MINUTE = 60

/** What has a model say what prompts are about, where the settings name one. */
export function classParts(
  { quality: { classifier: settings } }: Pick<Settings, 'quality'>,
  { classifier }: OpenedTools,
  parts: { readonly purposes: Purposes; readonly clock: Clock; readonly log: Log },
): Pick<Dependencies, 'classes'> {
  if (classifier === undefined) return {}
  const own = typeof settings === 'object' ? settings.per_minute : undefined
  const purposes = parts.purposes.all.map(({ name }) => name)
  const perMinute = own ?? USUAL_PER_MINUTE
  return { classes: new ClassDesk({ ...parts, classifier, perMinute, purposes }) }
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
function toPrice(price: EndpointSettings['price']): Price | CallPrice | 'free' {
  if (price === 'free') return 'free'
  if ('call' in price) return { callNano: nanoFromProduct('1', String(price.call)) }
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
