import type { EmulatorKit, Fault } from './emulator.ts'

/** What an emulated service delivers, and how stubborn it is. */
export interface EmulatedDelivery {
  readonly url: string
  readonly body: string
  /** Headers with the signature of a body, in the service's own way. */
  readonly sign: (body: string) => Promise<Readonly<Record<string, string>>>
  readonly fault: Fault | undefined
  /** Tries until somebody takes it. */
  readonly tries: number
  /** Emulated seconds before the second try; doubles each time. */
  readonly pauseSeconds: number
}

/** Delivers what an emulated service reports, with the faults that deliveries can have. */
export async function deliverWebhook(delivery: EmulatedDelivery, kit: EmulatorKit): Promise<void> {
  const { url, body, sign, fault, tries, pauseSeconds } = delivery
  if (fault === 'webhook-never') return
  let copies = fault === 'webhook-twice' ? 2 : 1
  for (let tried = 0; tried < tries && copies > 0; tried += 1) {
    if (tried > 0) await kit.latency(pauseSeconds * 2 ** (tried - 1))
    // Signed for another body: well formed, and wrong.
    const headers = await sign(fault === 'webhook-forged' ? `${body} ` : body)
    while (copies > 0 && (await isTaken(url, headers, body))) copies -= 1
  }
}

async function isTaken(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<boolean> {
  try {
    const answer = await fetch(url, { method: 'POST', headers, body })
    await answer.arrayBuffer()
    return answer.ok
  } catch {
    // Nobody answers there; real services try again as well.
    return false
  }
}
