import { html } from '../../../kernel/html.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import { messagePage } from '../message-page.ts'

/** Says what went wrong to whoever looks; the texts are shown as they are, not read as HTML. */
export const problemPage = (status: number, title: string, text: string): HttpResponse =>
  messagePage(status, html`${title}`.text, html`<p>${text}</p>`.text)
