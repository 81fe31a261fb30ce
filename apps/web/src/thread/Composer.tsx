import { type KeyboardEvent, type SubmitEvent, useId, useRef, useState } from "react";

interface Props {
  label: string;
  placeholder: string;
  disabled?: boolean;
  onSend: (text: string) => void;
}

const longestMessage = 20_000;

/** Enter sends, Shift and Enter makes a new line. */
export function Composer({ label, placeholder, disabled = false, onSend }: Props) {
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const ready = text.trim() !== "" && !disabled;

  const send = () => {
    if (!ready) return;
    onSend(text.trim());
    setText("");
    field.current?.focus();
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    send();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form className="composer" onSubmit={onSubmit}>
      <label htmlFor={id} className="visually-hidden">
        {label}
      </label>
      <textarea
        id={id}
        ref={field}
        rows={1}
        value={text}
        maxLength={longestMessage}
        placeholder={placeholder}
        disabled={disabled}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        enterKeyHint="send"
      />
      <button type="submit" className="send" disabled={!ready} aria-label="Send">
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path d="M3.4 20.4 21 12 3.4 3.6 3.4 10l11 2-11 2z" fill="currentColor" />
        </svg>
      </button>
    </form>
  );
}
