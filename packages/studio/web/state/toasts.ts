// Short messages at the foot of the page, read out by screen readers.

import { signal } from '@preact/signals'

export interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: 'plain' | 'good' | 'bad'
}

export const toasts = signal<readonly Toast[]>([])

const SHOWN_MS = { plain: 2500, good: 4000, bad: 9000 }
let next = 1

export function say(text: string, tone: Toast['tone'] = 'plain'): void {
  const toast = { id: next++, text, tone }
  toasts.value = [...toasts.value.slice(-2), toast]
  setTimeout(() => dismiss(toast.id), SHOWN_MS[tone])
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}
