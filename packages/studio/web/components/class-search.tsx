// Finds one of any number of classes by name, with images of each: the server searches, the arrows choose.

import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { ClassSummary } from '../../src/api/schemas.ts'
import { call } from '../state/api.ts'
import { counted } from './numbers.ts'
import { Picture } from './picture.tsx'

const CALM_MS = 80
const EXAMPLES = 3

export interface ChosenClass {
  readonly class: string
  readonly name: string
}

interface Props {
  readonly onChoose: (chosen: ChosenClass) => void
  readonly onCreate?: (name: string) => void
  readonly onLeave?: () => void
  /** Shown while nothing is written. */
  readonly recents?: readonly ChosenClass[]
  readonly placeholder?: string
  /** Shows results only while the field has the focus. */
  readonly folded?: boolean
}

type Option = { kind: 'class'; found: ChosenClass; summary?: ClassSummary } | { kind: 'new'; name: string }

export function ClassSearch(props: Props) {
  const { onChoose, onCreate, onLeave, recents = [], placeholder = 'Search a class', folded = true } = props
  const [text, setText] = useState('')
  const [found, setFound] = useState<readonly ClassSummary[]>([])
  const [at, setAt] = useState(0)
  const [focused, setFocused] = useState(false)
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const asked = useRef(0)
  const search = text.trim()

  useEffect(() => {
    const mine = ++asked.current
    if (!focused) return
    const timer = setTimeout(
      async () => {
        try {
          const { classes } = await call('searchClasses', { query: { search, limit: 20 } })
          if (mine === asked.current) setFound(classes)
        } catch {
          // The next letter asks again; the state of the connection is shown in the frame.
        }
      },
      search === '' ? 0 : CALM_MS,
    )
    return () => clearTimeout(timer)
  }, [search, focused])

  const options: Option[] = [
    ...(search === '' ? recents.map((recent) => ({ kind: 'class' as const, found: recent })) : []),
    ...found
      .filter((summary) => search !== '' || !recents.some((recent) => recent.class === summary.id))
      .map((summary) => ({
        kind: 'class' as const,
        found: { class: summary.id, name: summary.name },
        summary,
      })),
    ...(onCreate && search !== '' ? [{ kind: 'new' as const, name: search }] : []),
  ]
  const shown = Math.min(at, options.length - 1)

  const choose = (option: Option | undefined) => {
    if (option === undefined) return
    setText('')
    setAt(0)
    field.current?.blur()
    if (option.kind === 'new') onCreate?.(option.name)
    else onChoose(option.found)
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : options.length - 1
      setAt((shown + step) % Math.max(1, options.length))
    } else if (event.key === 'Enter') choose(options[shown])
    else if (event.key === 'Escape') {
      setText('')
      field.current?.blur()
      onLeave?.()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  const open = (focused || !folded) && options.length > 0
  // At the foot of a small screen the list would open out of sight.
  useEffect(() => {
    if (open) list.current?.scrollIntoView({ block: 'nearest' })
  }, [open])
  return (
    <div class="class-search">
      <input
        ref={field}
        type="search"
        // biome-ignore lint/a11y/noRedundantRoles: it has no list of the browser's own, so its role is not that by itself
        role="combobox"
        list={undefined}
        data-testid="class-search"
        data-first
        aria-label={placeholder}
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-activedescendant={open ? `${id}-${shown}` : undefined}
        aria-autocomplete="list"
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
      />
      {open && (
        <div ref={list} class="search-results" role="listbox" id={`${id}-list`} aria-label="Classes found">
          {options.map((option, index) => (
            <ResultRow
              key={option.kind === 'new' ? 'new' : option.found.class}
              id={`${id}-${index}`}
              option={option}
              current={index === shown}
              onChoose={() => choose(option)}
            />
          ))}
        </div>
      )}
    </div>
  )
}

interface RowProps {
  readonly id: string
  readonly option: Option
  readonly current: boolean
  readonly onChoose: () => void
}

function ResultRow({ id, option, current, onChoose }: RowProps) {
  const row = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (current) row.current?.scrollIntoView({ block: 'nearest' })
  }, [current])
  return (
    <div
      ref={row}
      id={id}
      class="search-result"
      role="option"
      tabIndex={-1}
      aria-selected={current}
      data-testid={option.kind === 'new' ? 'search-new' : 'search-result'}
      // Before the field loses the focus, which would fold the list away.
      onMouseDown={(event) => {
        event.preventDefault()
        onChoose()
      }}
    >
      {option.kind === 'new' ? (
        <span>
          New class <strong>{option.name}</strong>…
        </span>
      ) : (
        <>
          <span class="grow">
            <span class="search-name">{option.found.name}</span>
            <span class="quiet">{describe(option.summary)}</span>
          </span>
          <span class="thumbs">
            {option.summary?.examples.slice(0, EXAMPLES).map((image) => (
              <Picture key={image} image={image} />
            ))}
          </span>
        </>
      )}
    </div>
  )
}

function describe(summary: ClassSummary | undefined): string {
  if (summary === undefined) return 'used lately'
  const parts = [summary.known ? 'known' : 'new']
  if (summary.named > 0) parts.push(`${counted(summary.named, 'image')} named`)
  if (summary.aliases.length > 0) parts.push(`also ${summary.aliases.join(', ')}`)
  return parts.join(' · ')
}
