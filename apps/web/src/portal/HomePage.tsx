import { useEffect, useMemo, useRef, useState } from "react";
import { BrandMark } from "../shared/BrandMark.tsx";
import { createGateway } from "../shared/gateway.ts";
import { type Home, leave } from "./api.ts";
import { type Tab, tabIn, tabs } from "./link-token.ts";
import { Messages } from "./Messages.tsx";
import { Quotes } from "./Quotes.tsx";
import { Trips } from "./Trips.tsx";

const titles: Record<Tab, string> = { trips: "Trips", quotes: "Quotes", messages: "Messages" };

/** Trips, quotes and messages of the customer who is signed in. What changed is read again when a message comes and when the page is looked at again. */
export function HomePage({ home, onReload }: { home: Home; onReload: () => Promise<void> }) {
  const gateway = useMemo(() => createGateway("portal"), []);
  const [tab, setTab] = useState<Tab>(() => tabIn(location.hash));
  const [unread, setUnread] = useState(false);
  const shown = useRef(tab);
  shown.current = tab;

  useEffect(() => {
    const onHash = () => setTab(tabIn(location.hash));
    const onVisible = () => document.visibilityState === "visible" && void onReload();
    addEventListener("hashchange", onHash);
    document.addEventListener("visibilitychange", onVisible);
    const ends = [
      gateway.client.on("chat", ({ state }) => {
        if (state !== "final") return;
        if (shown.current !== "messages") setUnread(true);
        void onReload();
      }),
      gateway.onRefresh(() => void onReload()),
    ];
    return () => {
      removeEventListener("hashchange", onHash);
      document.removeEventListener("visibilitychange", onVisible);
      for (const end of ends) end();
    };
  }, [gateway, onReload]);
  useEffect(() => {
    if (tab === "messages") setUnread(false);
  }, [tab]);

  const open = home.quotes.filter(({ status }) => status === "open").length;
  const { agency, customer } = home;
  const onLeave = async () => {
    gateway.client.stop();
    await leave().catch(() => undefined);
    location.replace("/portal");
  };

  return (
    <div className="portal">
      <header className="portal-header">
        <BrandMark />
        <div className="portal-who">
          <h1>{agency.name}</h1>
          <p className="muted">{customer.name}</p>
        </div>
        <button type="button" className="button button-small" onClick={() => void onLeave()}>
          Sign out
        </button>
      </header>
      <nav className="portal-tabs" aria-label="Parts of your page">
        {tabs.map((one) => (
          <a key={one} href={`#${one}`} aria-current={tab === one ? "page" : undefined}>
            {titles[one]}
            {one === "quotes" && open > 0 && (
              <span className="portal-count">
                {open}
                <span className="visually-hidden"> to decide on</span>
              </span>
            )}
            {one === "messages" && unread && (
              <span className="portal-dot">
                <span className="visually-hidden">new messages</span>
              </span>
            )}
          </a>
        ))}
      </nav>
      <main className={`portal-main portal-${tab}`}>
        {tab === "trips" && <Trips trips={home.trips} />}
        {tab === "quotes" && <Quotes quotes={home.quotes} onChanged={onReload} />}
        {/* Always there, so that what comes meanwhile is not missed. */}
        <div className="portal-thread" hidden={tab !== "messages"}>
          <Messages gateway={gateway} />
        </div>
      </main>
      {tab !== "messages" && (agency.email || agency.phone) && (
        <footer className="portal-footer muted">
          {agency.email && <a href={`mailto:${agency.email}`}>{agency.email}</a>}
          {agency.phone && <a href={`tel:${agency.phone.replace(/[^+\d]/g, "")}`}>{agency.phone}</a>}
        </footer>
      )}
    </div>
  );
}
