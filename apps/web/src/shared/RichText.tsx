import { pieces } from "./rich-text.ts";

export function RichText({ text }: { text: string }) {
  return (
    <div className="rich-text">
      {pieces(text).map((piece, index) => {
        const key = `${index}:${piece.kind}`;
        if (piece.kind === "strong") return <strong key={key}>{piece.text}</strong>;
        if (piece.kind === "link") {
          return (
            <a key={key} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
              {piece.text}
            </a>
          );
        }
        return <span key={key}>{piece.text}</span>;
      })}
    </div>
  );
}
