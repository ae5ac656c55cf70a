import type {
  ImageFormat,
  Operation,
  OperationDetails,
  Quality,
  Size,
} from '../request/image-request.ts'

/**
 * What one call asks of a model, after the request was fitted to the model's abilities. Adapters
 * print exactly this onto the wire; an absent field is not sent.
 */
export interface CallSettings {
  /** Pixels asked of the provider, for models with pixel sizes. */
  readonly size?: Size
  /** Shape asked of the provider, for models that take only a shape. */
  readonly aspect?: string
  /** Name of the resolution class, for models that have several; always set for those. */
  readonly resolution?: string
  readonly quality?: Quality
  readonly format?: ImageFormat
  readonly background?: 'transparent' | 'opaque'
  readonly compression?: number
  readonly moderation?: 'auto' | 'low'
  readonly inputFidelity?: 'low' | 'high'
  readonly seed?: number
  readonly steps?: number
  readonly guidance?: number
  readonly negativePrompt?: string
  readonly style?: string
}

/** What the gateway does to the picture afterwards, because the model could not. */
export interface Finishing {
  /** Scale and crop to exactly this size. */
  readonly resize?: Size
  readonly format?: ImageFormat
  readonly compression?: number
}

/** What became of one request parameter. */
export interface ParameterReport {
  readonly param: string
  readonly outcome: 'honoured' | 'approximated' | 'dropped'
  readonly detail?: string
}

/** A request fitted to one model. */
export interface Fit {
  /** What is called: the operation asked for, or the one it is emulated by. */
  readonly operation: Operation
  /** The operation's details as they are asked of the model. */
  readonly details?: OperationDetails
  readonly settings: CallSettings
  readonly finishing: Finishing
  readonly reports: readonly ParameterReport[]
  /** The pixels the picture is expected to have before finishing, for prices and checks. */
  readonly expectedSize: Size
}

/** Why a model cannot serve a request: shown in the explanation, one sentence. */
export interface Unfit {
  readonly code:
    | 'operation'
    | 'size'
    | 'quality'
    | 'needs'
    | 'inputs'
    | 'prompt'
    | 'lifecycle'
    | 'strict'
    | 'price'
    | 'max_cost'
    | 'options'
    /** An operator pinned others, or banned it; or its group has another model. */
    | 'orders'
    /** Its provider keeps data where, or for longer than, the operator allows. */
    | 'data_policy'
    /** Its provider is left out for now. */
    | 'health'
  readonly param?: string
  readonly reason: string
  /** When it is worth while to ask again, in milliseconds. */
  readonly retryAfterMs?: number
}
