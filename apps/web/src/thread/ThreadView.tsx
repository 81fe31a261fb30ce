import type { Button } from "@travelagent/protocol/messages";
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTexts } from "../texts/texts.ts";
import { confirmationAnswers } from "./confirmations.ts";
import type { ThreadFiles } from "./files.ts";
import { Message } from "./Message.tsx";
import { openOffers } from "./open-offers.ts";
import { type Entry, isTyping, type ThreadState } from "./state.ts";

interface Props {
  state: ThreadState;
  /** Whose messages are on the right. */
  reader: "customer" | "agency";
  names: Record<"customer" | "agent" | "colleague", string>;
  /** Absent where the buttons are not the reader's to press. */
  onButton?: (button: Button) => void;
  onRetry: (entry: Entry) => void;
  files?: ThreadFiles;
  /** Above the first message. */
  children?: ReactNode;
}

const nearBottomPx = 120;

/** The messages of a conversation. Follows new ones unless the reader has scrolled back. */
export function ThreadView({ state, reader, names, onButton, onRetry, files, children }: Props) {
  const texts = useTexts();
  const scroller = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [behind, setBehind] = useState(false);
  const answers = useMemo(() => confirmationAnswers(state.entries), [state.entries]);
  const choosable = useMemo(() => openOffers(state.entries), [state.entries]);
  const typing = isTyping(state);

  const toBottom = () => {
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
    following.current = true;
    setBehind(false);
  };

  const newest = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const last = state.entries.at(-1);
    // Who writes wants to see what they wrote, wherever they had scrolled to.
    const wroteNow = last !== undefined && last.key !== newest.current && (last.from === "customer") === (reader === "customer");
    newest.current = last?.key;
    if (following.current || wroteNow) toBottom();
    else setBehind(true);
  }, [state.entries, typing, reader]);

  const onScroll = () => {
    const box = scroller.current;
    if (!box) return;
    following.current = box.scrollHeight - box.scrollTop - box.clientHeight < nearBottomPx;
    if (following.current) setBehind(false);
  };

  return (
    <div className="thread">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className="thread-scroll" ref={scroller} onScroll={onScroll} tabIndex={0} aria-label={texts.messages}>
        <div className="thread-column">
          {children}
          {state.entries.map((entry, index) => {
            const own = (entry.from === "customer") === (reader === "customer");
            const first = state.entries[index - 1]?.from !== entry.from;
            const author = entry.from !== "notice" && first && !(own && reader === "customer") ? names[entry.from] : undefined;
            return (
              <Message
                key={entry.key}
                entry={entry}
                own={own}
                author={author}
                choosable={entry.key === choosable}
                answers={answers}
                onButton={onButton}
                onRetry={onRetry}
                files={files}
              />
            );
          })}
          {typing && (
            <div className="typing">
              <span className="typing-dots" aria-hidden="true">
                <i />
                <i />
                <i />
              </span>
              <span className="visually-hidden">{texts.isWriting(names.agent)}</span>
            </div>
          )}
        </div>
      </section>
      {behind && (
        <button type="button" className="button to-bottom" onClick={toBottom}>
          {texts.newMessages} ↓
        </button>
      )}
      <Announcer entries={state.entries} reader={reader} names={names} />
    </div>
  );
}

/** Reads whole new messages of the other side to a screen reader, not every word of a growing one. */
function Announcer({ entries, reader, names }: Pick<Props, "reader" | "names"> & { entries: readonly Entry[] }) {
  const [text, setText] = useState("");
  const announced = useRef<string>(undefined);
  const last = entries.findLast((entry) => !entry.streaming && (entry.from === "customer") !== (reader === "customer"));
  useEffect(() => {
    if (!last || last.key === announced.current) return;
    const isFirst = announced.current === undefined && !last.live;
    announced.current = last.key;
    if (isFirst) return;
    const who = last.from === "notice" ? "" : `${names[last.from]}: `;
    setText(`${who}${[last.text, ...last.cards.map((card) => card.title)].filter(Boolean).join(". ")}`);
  }, [last, names]);
  return (
    <div className="visually-hidden" aria-live="polite" role="log">
      {text}
    </div>
  );
}
