/** The instants at which a gateway is killed, in the order of a request's life. */
export const killPoints = [
  'before-accept',
  'after-accept-and-hold',
  'before-submit',
  'in-request-body',
  'accepted-before-answer',
  'answered-before-written',
  'after-written',
  'in-poll',
  'before-download',
  'in-download',
  'stored-before-settled',
  'settled-before-answer',
  'before-ended',
  'ended-before-told',
] as const
/** See {@link killPoints}. */
export type KillPoint = (typeof killPoints)[number]

/** How a call comes to its end, and who waits for it. */
export const styles = {
  /** The answer is the picture. */
  sync: { providers: ['openai'], model: 'gpt-image-2' },
  /** A job that is polled. */
  poll: { providers: ['bfl'], model: 'flux-2-klein-4b' },
  /** A job whose provider tells where it stands, and tells again until somebody listens. */
  webhook: { providers: ['fal'], model: 'flux-2-klein-4b' },
  /** Requests of the queue: nobody waits, and what a dead process left goes on elsewhere. */
  queue: { providers: ['bfl', 'fal'], model: 'flux-2-klein-4b' },
} as const satisfies Readonly<
  Record<string, { readonly providers: readonly string[]; readonly model: string }>
>
/** See {@link styles}. */
export type Style = keyof typeof styles

/** Points that a provider that answers at once never comes to. */
const ofJobs: readonly KillPoint[] = ['in-poll', 'before-download', 'in-download']

/** Whether a style comes to a point. */
export const reaches = (style: Style, point: KillPoint): boolean =>
  style !== 'sync' || !ofJobs.includes(point)

/** After these the provider has not taken the call in, or not wholly; nobody can know which. */
const unsent: readonly KillPoint[] = ['after-accept-and-hold', 'before-submit', 'in-request-body']
/** After these it has, and the answer that names the job is lost. */
const unanswered: readonly KillPoint[] = ['accepted-before-answer', 'answered-before-written']

/**
 * Whether the call that a gateway dies in may end as one of which nobody knows, booked as
 * suspected. A job is known from its submit answer on, one that is reported even without; pictures
 * that came at once are known when they are settled.
 */
export function mayBeUnknown(style: Style, point: KillPoint): boolean {
  if (unsent.includes(point)) return true
  if (style === 'webhook') return false
  return unanswered.includes(point) || (style === 'sync' && point === 'stored-before-settled')
}
