import { createTransport } from 'nodemailer'
import type { MailMessage } from '../../core/notices/mail-message.ts'

/** How mail leaves. */
export interface MailServer {
  readonly host: string
  readonly port: number
  /** TLS from the first byte; else STARTTLS where the server offers it. */
  readonly isSecure: boolean
  readonly user?: string
  readonly password?: string
  readonly from: string
}

/** Sends mail in plain text. */
export interface Mailer {
  /** @throws Error when the server does not take it. */
  send(to: string, message: MailMessage & { readonly id: string }): Promise<void>
  close(): void
}

/** A server that hangs must not hold a delivery for longer than a receiver of webhooks may. */
const TIMEOUT_MS = 20_000

/** Opens a mailer; it connects when there is mail. */
export function createMailer(server: MailServer): Mailer {
  const { host, port, isSecure, user, password, from } = server
  const transport = createTransport({
    ...{ host, port, secure: isSecure },
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    ...{ connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
    // Notices hold texts of others: no file and no address may be fetched because of one.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  })
  return {
    send: async (to, { id, subject, text }) => {
      // The same id at each try, so that a mail that came twice is seen as one.
      await transport.sendMail({ from, to, subject, text, messageId: `<${id}@keeprate>` })
    },
    close: () => transport.close(),
  }
}
