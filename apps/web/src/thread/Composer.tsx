import type { Attachment } from "@travelagent/protocol/messages";
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, type SubmitEvent, useId, useRef, useState } from "react";
import { useTexts } from "../texts/texts.ts";
import { mostFiles, type ThreadFiles } from "./files.ts";

interface Props {
  label: string;
  placeholder: string;
  disabled?: boolean;
  onSend: (text: string, attachments: Attachment[]) => void;
  /** Absent: words alone can be sent. */
  files?: ThreadFiles;
}

const longestMessage = 20_000;

interface Chosen {
  key: string;
  name: string;
  /** Absent while it is on its way. */
  attachment?: Attachment;
  problem?: string;
  stop: AbortController;
}

/** Enter sends, Shift and Enter makes a new line. Files are chosen, dropped or pasted, and go up before the message does. */
export function Composer({ label, placeholder, disabled = false, onSend, files }: Props) {
  const texts = useTexts();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<readonly Chosen[]>([]);
  const [over, setOver] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const id = useId();
  const attachments = chosen.flatMap(({ attachment }) => (attachment ? [attachment] : []));
  const uploading = chosen.some(({ attachment, problem }) => !attachment && problem === undefined);
  const ready = (text.trim() !== "" || attachments.length > 0) && !disabled && !uploading;

  const add = (given: FileList | null | undefined) => {
    if (!files || !given) return;
    const room = mostFiles - chosen.length;
    for (const file of [...given].slice(0, room)) {
      const one: Chosen = { key: `${Date.now()}-${Math.random()}`, name: file.name, stop: new AbortController() };
      setChosen((before) => [...before, one]);
      const change = (fields: Partial<Chosen>) => setChosen((before) => before.map((other) => (other.key === one.key ? { ...other, ...fields } : other)));
      files.upload(file, one.stop.signal).then(
        (attachment) => change({ attachment }),
        (error: unknown) => change({ problem: error instanceof Error ? error.message : texts.unexpected }),
      );
    }
    if (given.length > room)
      setChosen((before) => [...before, { key: `${Date.now()}-more`, name: "", problem: texts.tooManyFiles, stop: new AbortController() }]);
  };
  const remove = ({ key, stop }: Chosen) => {
    stop.abort();
    setChosen((before) => before.filter((one) => one.key !== key));
    field.current?.focus();
  };
  const send = () => {
    if (!ready) return;
    onSend(text.trim(), attachments);
    setText("");
    setChosen([]);
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
  const onPaste = (event: ClipboardEvent) => {
    if (!files || event.clipboardData.files.length === 0) return;
    event.preventDefault();
    add(event.clipboardData.files);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  };
  const dropping = files
    ? {
        onDragOver: (event: DragEvent) => {
          event.preventDefault();
          setOver(true);
        },
        onDragLeave: () => setOver(false),
        onDrop,
      }
    : {};
  return (
    <form className={`composer${over ? " composer-over" : ""}`} onSubmit={onSubmit} {...dropping}>
      {chosen.length > 0 && (
        <ul className="composer-files">
          {chosen.map((one) => (
            <li key={one.key} className={one.problem === undefined ? "file" : "file file-refused"}>
              <span className="file-name">{one.name}</span>
              <span className="file-size" role={one.problem === undefined ? "status" : "alert"}>
                {one.problem ?? (one.attachment ? "" : texts.uploading)}
              </span>
              <button type="button" className="file-remove" onClick={() => remove(one)} aria-label={`${texts.removeFile}: ${one.name}`}>
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <label htmlFor={id} className="visually-hidden">
        {label}
      </label>
      {files && (
        <>
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            onChange={(event) => {
              add(event.currentTarget.files);
              event.currentTarget.value = "";
            }}
          />
          <button
            type="button"
            className="attach"
            disabled={disabled || chosen.length >= mostFiles}
            aria-label={texts.attach}
            onClick={() => picker.current?.click()}
          >
            <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
              <path
                d="M16.5 6.5v9a4.5 4.5 0 0 1-9 0v-10a3 3 0 0 1 6 0v9.5a1.5 1.5 0 0 1-3 0V7"
                fill="none"
                stroke="currentColor"
                strokeWidth="1.8"
                strokeLinecap="round"
              />
            </svg>
          </button>
        </>
      )}
      <textarea
        id={id}
        ref={field}
        rows={1}
        value={text}
        maxLength={longestMessage}
        placeholder={placeholder}
        disabled={disabled}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        enterKeyHint="send"
      />
      <button type="submit" className="send" disabled={!ready} aria-label={texts.send}>
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path d="M3.4 20.4 21 12 3.4 3.6 3.4 10l11 2-11 2z" fill="currentColor" />
        </svg>
      </button>
    </form>
  );
}
