import type { Model, ModelAlias } from '../../core/catalog/model.ts'
import type { Unfit } from '../../core/catalog/settings.ts'
import type { ProviderFailure } from '../../core/errors/provider-failure.ts'
import type { JsonObject } from '../../core/json.ts'
import type { PriceRow } from '../../core/pricebook/price-row.ts'
import type { Instant } from '../../core/time.ts'
import type { HttpAnswer, HttpEvent, HttpRequest, ImageBytes } from '../../ports/http-client.ts'
import type {
  CallOutcome,
  CallPlan,
  CancelOutcome,
  PartialImage,
  ProviderCall,
  ProviderJob,
  ProviderLimits,
  UsageEstimate,
  WebhookDelivery,
  WebhookNotice,
} from '../../ports/provider.ts'
import type { BatchRule } from './batch-rule.ts'
import type { ListenRule, SocketCallRule, WatchRule } from './job-news.ts'
import type { WireRequest } from './wire-request.ts'

export type { WireRequest }

/** An image that still lies at the provider: fetched at once. */
export interface RemoteImage {
  /**
   * An absolute link, fetched without the credential; or a path below the base URL (starts with
   * `/`), which is asked for as anything else of the provider.
   */
  readonly url: string
  readonly seed?: number
  readonly revisedPrompt?: string
}

/** A picture in an answer: bytes that came with it, or a link to fetch. */
export type WireImage =
  | (ImageBytes & { readonly seed?: number; readonly revisedPrompt?: string })
  | RemoteImage

/** A provider's answer, read. */
export type WireOutcome =
  | (Omit<Extract<CallOutcome, { kind: 'produced' }>, 'images'> & {
      readonly images: readonly WireImage[]
    })
  | Extract<CallOutcome, { kind: 'failed' }>
  | { readonly kind: 'submitted'; readonly job: ProviderJob }
  /**
   * Still working; `checkAfterMs` overrides the flow's interval. `askNext` is asked in place of the
   * usual poll, for providers whose jobs say in one place that they ended and in another with what.
   */
  | { readonly kind: 'pending'; readonly checkAfterMs?: number; readonly askNext?: WireRequest }

/** One event of a stream, read. */
export type WireEvent =
  | { readonly kind: 'partial'; readonly partial: PartialImage }
  | {
      readonly kind: 'outcome'
      readonly outcome: WireOutcome
      /** More may follow, such as what it cost; it counts when nothing does. */
      readonly isProvisional?: true
    }
  | { readonly kind: 'ignored' }

/** One call, one answer (or, when the caller streams and the model can, one stream of events). */
export interface SyncFlow {
  readonly kind: 'sync'
  /**
   * Reads one server-sent event; absent when the provider has no streaming.
   * @param earlier the events before it, for providers that give a picture in one and its cost in
   * another.
   */
  readonly fromEvent?: (
    event: HttpEvent,
    call: ProviderCall,
    earlier: readonly HttpEvent[],
  ) => WireEvent
  /** How far the call has come, for servers that can be asked while they work. */
  readonly watch?: WatchRule
  /** The same call by a socket that tells how far it is. */
  readonly socket?: SocketCallRule
}

/** Submit, then poll until the job has ended. */
export interface PollFlow {
  readonly kind: 'poll'
  /** Pause before each poll, in milliseconds. */
  readonly everyMs: number
  readonly toPoll: (job: ProviderJob) => WireRequest
  readonly fromPoll: (answer: HttpAnswer, job: ProviderJob, plan: CallPlan) => WireOutcome
  /**
   * Longest wait for the answer to the submit, in milliseconds, where some models answer with the
   * picture itself; a minute otherwise.
   */
  readonly submitMs?: (call: ProviderCall) => number
  /** How a job is missed where a poll cannot tell one that is lost from one that works. */
  readonly presence?: {
    /** Pause between looks, in milliseconds. */
    readonly everyMs: number
    readonly toLook: (job: ProviderJob) => WireRequest
    /** Whether the job waits or is worked on; undefined where the answer does not tell. */
    readonly fromLook: (answer: HttpAnswer, job: ProviderJob) => boolean | undefined
  }
  /** A socket that tells of jobs while they are worked on. */
  readonly listen?: ListenRule
}

/** How a submitted job is given up; absent where the provider cannot (then it is paid anyway). */
export interface CancelRule {
  readonly toCancel: (job: ProviderJob) => WireRequest
  /**
   * Where one request is not enough: the next one, with the answers so far, until there is none.
   */
  readonly afterCancel?: (
    job: ProviderJob,
    answers: readonly HttpAnswer[],
  ) => WireRequest | undefined
  /** Reads the last answer, whatever its status; `answers` are all of them. */
  readonly fromCancel: (
    answer: HttpAnswer,
    job: ProviderJob,
    answers: readonly HttpAnswer[],
  ) => CancelOutcome
}

/** How a server is asked how many jobs it has. */
export interface BacklogRule {
  readonly toLook: WireRequest
  /** Reads an answer with a 2xx status; undefined when it does not tell. */
  readonly fromLook: (answer: HttpAnswer) => number | undefined
}

/** How a provider's calls to us are asked for (`ProviderCall.webhook`), checked and read. */
export interface WebhookRule {
  /** Asks for the keys that signatures are checked with; they are kept for some hours. */
  readonly toKeys?: WireRequest
  readonly fromKeys?: (answer: HttpAnswer) => readonly string[]
  /**
   * Whether the signature is right and at most five minutes old.
   * @param keys what `fromKeys` gave, or the secret that was sent with the call.
   */
  readonly verify: (
    delivery: WebhookDelivery,
    keys: readonly string[],
    now: Instant,
  ) => Promise<boolean>
  /** Undefined for a delivery that says nothing of a job. */
  readonly read: (delivery: WebhookDelivery, plan: CallPlan) => WebhookNotice | undefined
}

/** What another provider sells: for servers whose models and prices follow it. */
export interface OfferAlike {
  readonly model: Model
  /** All rows of the offer, whatever their dates and operations. */
  readonly prices: readonly PriceRow[]
  /** Reads plans of that very model. */
  readonly estimate: ProviderDefinition['estimate']
}

/** What an operator says of one server or account of a kind that has many. */
export interface ProviderInstance {
  /** Its name in the configuration: provider id, and first part of its offers' names. */
  readonly id: string
  readonly baseUrl?: string
  /** Dollars for an hour of the machine, a decimal above zero; for own servers. */
  readonly hourlyCost?: string
  /** The `settings` object of the configuration; read by a strict schema of the provider's own. */
  readonly settings: JsonObject
  /** Finds `provider/model` among the providers that there are. */
  readonly findOffer?: (offer: string) => OfferAlike | undefined
}

/** A request about to be sent, for providers that sign all of it. */
export interface SignableRequest {
  readonly method: HttpRequest['method']
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** The JSON text, or empty. */
  readonly body: string
}

/** Where a provider lives and which hosts are its own. */
export interface ProviderOrigin {
  readonly baseUrl: string
  /** Host suffixes that may get the credential: `.bfl.ai` means `bfl.ai` and all below. */
  readonly ownHosts: readonly string[]
  /**
   * Further addresses of the same API, each with the path below the base URL under which the
   * emulator has it: `{ 'https://rest.acme.example': '/rest' }`.
   */
  readonly otherOrigins?: Readonly<Record<string, string>>
  /** Environment variables, as the vendor names them. */
  readonly apiKeyVariable: string
  readonly baseUrlVariable: string
}

/**
 * A provider as data and pure functions; `createProvider` adds the network.
 * `toWire`, `fromWire` and `classify` never throw for anything a provider sends.
 */
export interface ProviderDefinition {
  readonly id: string
  readonly displayName: string
  readonly origin: ProviderOrigin
  readonly models: readonly Model[]
  readonly aliases: readonly ModelAlias[]
  readonly prices: readonly PriceRow[]
  /** Headers that carry the credential; added only on the provider's own hosts. */
  readonly authorize: (apiKey: string) => Readonly<Record<string, string>>
  /** JSON members that hold base64 images; `images[]` holds a list of them. */
  readonly imageFields: readonly string[]
  readonly checkOptions: (plan: CallPlan) => Unfit | undefined
  readonly estimate: (plan: CallPlan) => UsageEstimate
  /**
   * Requests that come before the call and cost nothing, such as an upload or a session: asked for
   * one at a time with the answers so far, until there is none. They may be made again.
   */
  readonly before?: (call: ProviderCall, answers: readonly HttpAnswer[]) => WireRequest | undefined
  /** @param before the answers to the requests of `before`, all with a 2xx status. */
  readonly toWire: (call: ProviderCall, before: readonly HttpAnswer[]) => WireRequest
  /** Reads an answer with a 2xx status. */
  readonly fromWire: (answer: HttpAnswer, call: ProviderCall) => WireOutcome
  /** Reads an answer with any other status. */
  readonly classify: (answer: HttpAnswer) => ProviderFailure
  readonly flow: SyncFlow | PollFlow
  /** A free request that proves address and credential (2xx = good). */
  readonly probe?: WireRequest
  /**
   * Headers that depend on the whole request, such as the signature of AWS; for own hosts only, in
   * place of `authorize` when it gives any.
   */
  readonly sign?: (
    request: SignableRequest,
    apiKey: string,
    now: Instant,
  ) => Promise<Readonly<Record<string, string>>>
  readonly cancel?: CancelRule
  /** Its own batches; absent where it has none. */
  readonly batch?: BatchRule
  /** Sent when nobody waits any more for a synchronous call, where the server can be stopped. */
  readonly interrupt?: WireRequest
  readonly webhook?: WebhookRule
  readonly limits?: ProviderLimits
  /** How many jobs the server has, for those that others may use as well. */
  readonly backlog?: BacklogRule
  /**
   * How the provider is made available without a key: `hosted` ones are emulated by default;
   * `self_hosted` and `fictional` ones only where the operator names them, and so are `account`
   * ones: hosted, but under an address that each operator has of its own.
   */
  readonly availability?: 'hosted' | 'account' | 'self_hosted' | 'fictional'
  /**
   * Makes the definition of one server or account from the operator's settings, for kinds of which
   * there are many; this definition itself then describes a typical one, for the sandbox.
   * @throws InstanceError for settings that are wrong, each with its place; or Error in words.
   */
  readonly configure?: (instance: ProviderInstance) => ProviderDefinition
}

/** Declares a provider; gives the definition its type and nothing else. */
export const defineProvider = (definition: ProviderDefinition): ProviderDefinition => definition
