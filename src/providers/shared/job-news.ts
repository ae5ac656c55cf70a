import { readImageHeader } from '../../core/quality/image-header.ts'
import type { HttpAnswer, SocketMessage } from '../../ports/http-client.ts'
import type {
  CallContext,
  CallPlan,
  CallProgress,
  ProviderCall,
  ProviderJob,
} from '../../ports/provider.ts'
import type { WireRequest } from './wire-request.ts'

/** Smaller advances of progress are not passed on: some servers tell of every hundredth tile. */
const LEAST_ADVANCE = 0.01

/** What a server tells of a job while it works. Nothing of it is the truth about its end. */
export type JobNews =
  | { readonly kind: 'progress'; readonly progress: CallProgress }
  /** What the picture looks like so far. */
  | { readonly kind: 'preview'; readonly bytes: Uint8Array }
  /** It is worth while to poll now. */
  | { readonly kind: 'ended' }

/** How a server's socket is opened for one job, and what its messages mean. */
export interface ListenRule {
  /** Pause between polls while the socket tells of the job, in milliseconds. */
  readonly everyMs: number
  readonly toSocket: (job: ProviderJob) => {
    /** Path below the base URL. */
    readonly url: string
    readonly greeting?: string
  }
  /** Makes what reads the messages of one job; messages of other jobs come as well. */
  readonly readerOf: (job: ProviderJob) => (message: SocketMessage) => readonly JobNews[]
}

/** How a server is asked about a synchronous call while it works on it. */
export interface WatchRule {
  /** Pause before each look, in milliseconds. */
  readonly everyMs: number
  /** Places where it may be told, best first: the next one is tried when one tells nothing. */
  readonly looks: readonly {
    readonly toLook: (call: ProviderCall) => WireRequest
    /** Reads an answer with a 2xx status; undefined when the call is not known there. */
    readonly fromLook: (answer: HttpAnswer) => readonly JobNews[] | undefined
  }[]
}

/** How a synchronous call is made by a socket, which tells how far it is. */
export interface SocketCallRule {
  readonly toSocket: (
    call: ProviderCall,
    before: readonly HttpAnswer[],
  ) => {
    /** Path below the base URL. */
    readonly url: string
    /** The call, as the one text that is sent. */
    readonly greeting: string
  }
  readonly newsOf: (message: unknown, call: ProviderCall) => readonly JobNews[]
  /** All messages together, as the JSON that `fromWire` reads. */
  readonly toJson: (messages: readonly unknown[]) => unknown
}

/**
 * Passes news on to the caller: progress as it comes, and of the previews as many as he wants, at
 * even distances. A preview that is no picture is dropped.
 */
export function newsTeller(
  { partialImages: wanted = 0 }: Pick<CallPlan, 'partialImages'>,
  context: Pick<CallContext, 'onPartial' | 'onProgress'>,
): (news: JobNews) => void {
  let share = 0
  let told = 0
  let given = 0
  return (news) => {
    if (news.kind === 'progress' && news.progress.share >= 0 && news.progress.share <= 1) {
      ;({ share } = news.progress)
      if (Math.abs(share - told) < LEAST_ADVANCE) return
      told = share
      context.onProgress?.(news.progress)
    }
    if (news.kind !== 'preview') return
    const isDue = given < wanted && share >= (given + 1) / (wanted + 1)
    if (!isDue || readImageHeader(news.bytes) === undefined) return
    context.onPartial?.({ index: given, bytes: news.bytes })
    given += 1
  }
}
