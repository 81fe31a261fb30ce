export interface Carrier {
  code: string;
  name: string;
  /** First three digits of its ticket numbers. */
  ticketPrefix: string;
  kind: "network" | "low-cost" | "demo";
  alliance: string | undefined;
  /** Against the usual price of a route. */
  priceFactor: number;
  /** Longest flight, in kilometres. */
  range: number;
  /** Hubs of a network carrier, bases of a low-cost one; the most important first. */
  hubs: readonly string[];
}

/** `code prefix kind(n|l|d) alliance priceFactor range hubs name`. Real names serve as data of a world that is marked as sandbox throughout. */
const table = `
LH 220 n star 1.10 12500 FRA,MUC Lufthansa
LX 724 n star 1.12 12500 ZRH,GVA SWISS
OS 257 n star 1.03 10500 VIE Austrian Airlines
SN 082 n star 0.98 8500 BRU Brussels Airlines
TP 047 n star 0.96 9800 LIS,OPO TAP Air Portugal
LO 080 n star 0.93 9800 WAW LOT Polish Airlines
A3 390 n star 0.97 4000 ATH,SKG Aegean Airlines
TK 235 n star 0.98 15500 IST Turkish Airlines
AZ 055 n star 0.99 12500 FCO,LIN ITA Airways
UA 016 n star 1.03 14200 EWR,ORD,IAD,SFO,IAH,DEN,LAX United Airlines
AC 014 n star 1.02 13000 YYZ,YUL,YVR,YYC Air Canada
AV 134 n star 0.95 9000 BOG,MDE Avianca
CM 230 n star 1.00 7500 PTY Copa Airlines
NH 205 n star 1.13 12800 HND,NRT,ITM ANA
SQ 618 n star 1.15 15500 SIN Singapore Airlines
TG 217 n star 1.02 11500 BKK Thai Airways
NZ 086 n star 1.08 14500 AKL,WLG,CHC Air New Zealand
AI 098 n star 0.93 13500 DEL,BOM,BLR Air India
CA 999 n star 0.92 12500 PEK,CTU,PVG Air China
ET 071 n star 0.92 12500 ADD Ethiopian Airlines
MS 077 n star 0.90 10500 CAI EgyptAir
SA 083 n star 0.95 9500 JNB South African Airways
AF 057 n sky 1.08 12500 CDG,ORY,NCE Air France
KL 074 n sky 1.06 12500 AMS KLM
SK 117 n sky 1.01 9800 CPH,OSL,ARN SAS
RO 281 n sky 0.90 3800 OTP TAROM
DL 006 n sky 1.05 14000 ATL,JFK,DTW,MSP,BOS,SEA,SLC,LAX Delta Air Lines
AM 139 n sky 0.95 11500 MEX,MTY,GDL Aeromexico
AR 044 n sky 0.93 11500 EZE,AEP,COR Aerolineas Argentinas
KE 180 n sky 1.08 12800 ICN,GMP Korean Air
MU 781 n sky 0.90 12500 PVG,SHA,PKX,KMG,XIY China Eastern
VN 738 n sky 0.91 11500 SGN,HAN Vietnam Airlines
GA 126 n sky 0.94 12500 CGK,DPS Garuda Indonesia
SV 065 n sky 0.93 12500 JED,RUH Saudia
KQ 706 n sky 0.93 12000 NBO Kenya Airways
BA 125 n one 1.09 13500 LHR,LGW,LCY British Airways
IB 075 n one 1.00 12000 MAD,BCN Iberia
AY 105 n one 1.02 11500 HEL Finnair
AA 001 n one 1.03 13000 DFW,CLT,MIA,ORD,PHL,JFK,PHX,LAX American Airlines
AS 027 n one 0.97 5500 SEA,PDX,ANC,SFO Alaska Airlines
JL 131 n one 1.13 12800 HND,NRT,ITM Japan Airlines
CX 160 n one 1.10 13500 HKG Cathay Pacific
QF 081 n one 1.10 15000 SYD,MEL,BNE,PER,ADL Qantas
QR 157 n one 1.05 14800 DOH Qatar Airways
MH 232 n one 0.94 11500 KUL,BKI Malaysia Airlines
AT 147 n one 0.91 8000 CMN,RAK Royal Air Maroc
RJ 512 n one 0.95 9800 AMM Royal Jordanian
FJ 260 n one 1.02 10500 NAN Fiji Airways
UL 603 n one 0.91 9200 CMB SriLankan Airlines
WY 910 n one 0.96 9000 MCT Oman Air
EK 176 n - 1.08 15200 DXB Emirates
EY 607 n - 1.04 14000 AUH Etihad Airways
GF 072 n - 0.96 8500 BAH Gulf Air
KU 229 n - 0.92 11000 KWI Kuwait Airways
ME 076 n - 0.98 6500 BEY Middle East Airlines
LY 114 n - 1.05 11800 TLV EL AL
LA 045 n - 0.97 12500 SCL,LIM,GRU,BOG,BSB,UIO LATAM Airlines
CZ 784 n - 0.89 12500 CAN,PKX,SZX,WUH,URC China Southern
HU 880 n - 0.89 12000 PEK,HAK,XIY,SZX Hainan Airlines
BR 695 n star 1.04 13000 TPE EVA Air
PR 079 n - 0.93 13000 MNL,CEB Philippine Airlines
PK 214 n - 0.87 9500 ISB,KHI,LHE Pakistan International
BG 997 n - 0.88 9000 DAC Biman Bangladesh
RA 285 n - 0.92 5500 KTM Nepal Airlines
HY 250 n - 0.93 10500 TAS Uzbekistan Airways
KC 465 n - 0.96 8000 ALA,NQZ Air Astana
J2 771 n - 0.94 8000 GYD Azerbaijan Airlines
FI 108 n - 0.95 8200 KEF Icelandair
JU 115 n - 0.93 9000 BEG Air Serbia
OU 831 n - 0.95 2600 ZAG,SPU Croatia Airlines
FB 623 n - 0.93 3500 SOF,VAR Bulgaria Air
LG 149 n - 1.04 2800 LUX Luxair
TU 199 n - 0.90 7500 TUN Tunisair
AH 124 n - 0.90 7500 ALG,ORN Air Algerie
DT 118 n - 0.93 9500 LAD TAAG Angola
HC 490 n - 0.95 8500 DSS Air Senegal
HF 483 n - 0.95 6500 ABJ Air Cote d'Ivoire
WB 459 n - 0.93 8500 KGL RwandAir
TC 197 n - 0.92 6500 DAR Air Tanzania
P4 710 n - 0.95 8500 LOS,ABV Air Peace
MK 239 n - 1.00 11500 MRU Air Mauritius
UU 760 n - 1.00 11500 RUN Air Austral
MD 258 n - 1.00 9500 TNR Madagascar Airlines
BI 672 n - 0.95 12500 BWN Royal Brunei
OM 289 n - 0.98 7500 UBN MIAT Mongolian
PX 656 n - 1.10 5500 POM Air Niugini
TN 244 n - 1.12 16000 PPT Air Tahiti Nui
SB 063 n - 1.08 8500 NOU Aircalin
BW 106 n - 1.00 5500 POS,KIN,BGI Caribbean Airlines
CU 136 n - 0.92 7800 HAV Cubana
HA 173 n - 1.00 8500 HNL,OGG Hawaiian Airlines
GL 631 n - 1.10 4200 KEF,CPH Greenland Connect
FR 224 l - 0.72 3600 STN,DUB,BGY,CRL,BVA,MAN,LTN,BRS,EDI,CIA,FCO,BLQ,PSA,NAP,CTA,PMO,BRI,MAD,BCN,AGP,ALC,PMI,VLC,SVQ,TFS,LPA,LIS,OPO,FAO,BER,HHN,CGN,FMM,VIE,BUD,PRG,KRK,WMI,GDN,WRO,KUN,VNO,RIX,SOF,ATH,SKG,CHQ,PFO,MLA,CPH,ARN,ZAG,RAK,MRS,TLS,BOD,CRL,EIN,SNN,ORK,LPL,EMA,LBA Ryanair
U2 888 l - 0.80 4200 LGW,LTN,BRS,MAN,EDI,LPL,BFS,GLA,GVA,BSL,CDG,ORY,LYS,NCE,NTE,BOD,TLS,MXP,LIN,VCE,NAP,AMS,BER,LIS,OPO,FAO,BCN,PMI,AGP,ALC easyJet
W6 489 l - 0.70 4600 BUD,OTP,CLJ,IAS,SOF,WAW,KTW,GDN,KRK,VIE,LTN,LGW,TIA,SKP,BEG,VNO,FCO,MXP,CTA,LCA,KUT,AUH,EVN Wizz Air
VY 030 l - 0.82 4000 BCN,ORY,FCO,AGP,ALC,PMI,SVQ,BIO,LPA,TFN,LGW,AMS,FLR,SCQ,VLC Vueling
HV 979 l - 0.85 4500 AMS,RTM,EIN,ORY,NTE,LYS,BRU Transavia
EW 104 l - 0.86 4300 DUS,CGN,HAM,STR,BER,PMI,SZG,NUE,HAJ,PRG,ARN Eurowings
DY 328 l - 0.84 5200 OSL,BGO,TRD,SVG,CPH,ARN,HEL,LGW,AGP,ALC,TOS,RIX,BLL Norwegian
BT 657 l - 0.86 4500 RIX,TLL,VNO,TMP airBaltic
PC 624 l - 0.74 5200 SAW,AYT,ADB,ESB,ASR,TZX Pegasus
XQ 564 l - 0.82 4300 AYT,ADB,DLM SunExpress
LS 949 l - 0.85 4500 MAN,LBA,BHX,STN,EMA,NCL,GLA,EDI,BRS Jet2
EI 053 l - 0.90 9200 DUB,ORK,MAN,SNN,BFS Aer Lingus
LM 682 l - 1.00 1500 ABZ,GLA,EDI,SOU,JER,GCI,IOM,NWI,INV,NCL,BHX Regional Connect
WN 526 l - 0.86 4600 DAL,MDW,BWI,LAS,DEN,PHX,HOU,OAK,SAN,BNA,STL,MCO,AUS,TPA,SJC,LAX,SMF,MCI,ATL,PIT,CMH,IND,MSY,RDU,BUR,SNA,HNL Southwest Airlines
B6 279 l - 0.88 6000 JFK,BOS,FLL,MCO,SJU,LAX,LGA JetBlue
F9 422 l - 0.72 4500 DEN,MCO,LAS,ATL,PHL,PHX,MIA,DFW,CLE,RDU,BNA Frontier
9K 306 l - 1.00 900 BOS,PVD,SJU,STT,ALB,HNL,JNU Cape Coastal
WS 838 l - 0.90 8000 YYC,YVR,YEG,YYZ,YWG,YLW WestJet
PD 451 l - 0.95 4500 YTZ,YOW,YUL,YHZ,YYZ,YXU,YQB,YQM,YYT,YQY,YHM Porter
Y4 036 l - 0.74 4800 MEX,NLU,TIJ,GDL,CUN,MTY,BJX,QRO,OAX,MID Volaris
G3 127 l - 0.85 6200 GRU,CGH,GIG,SDU,BSB,CNF,SSA,FOR,REC,POA,MAO,BEL,NAT GOL
AD 577 l - 0.88 8000 VCP,CNF,REC,CWB,GYN,POA,CGB,VIX,FLN,SLZ,IGU,BPS,MCZ,SDU Azul
H2 605 l - 0.76 4200 SCL,LIM,CCP,PMC,ANF,CJC,PUQ,AQP SKY Airline
JA 522 l - 0.76 4200 SCL,AEP,EZE,LIM,MDZ,BRC,COR,IGR JetSMART
P5 861 l - 0.78 3800 BOG,MDE,CTG,CLO,BAQ,PEI,SMR,ADZ Wingo
OB 930 l - 0.88 8500 VVI,LPB,CBB Boliviana
ZP 445 l - 0.95 2800 ASU,MVD,PDP Paranair
V0 308 l - 0.92 4000 CCS,VLN,MAR Conviasa
S3 249 l - 0.95 2600 GUA,SAL,SAP,RTB,XPL,MGA,SJO,LIR,BZE Istmo Air
IZ 238 l - 0.95 1800 SXM,ANU,PTP,FDF,UVF,BGI,GND,SJU,SDQ,STI,PUJ,CUR,AUA,POS,GEO,PBM,CAY,NAS,PLS,MBJ,KIN,GCM,PAP,MIA Antilles Link
6E 312 l - 0.78 6200 DEL,BOM,BLR,HYD,MAA,CCU,COK,AMD,PNQ,GOI,GOX,JAI,LKO,IXC,TRV,CCJ,GAU,SXR,VNS,BBI IndiGo
AK 807 l - 0.72 4600 KUL,PEN,BKI,KCH,JHB,LGK,SZB AirAsia
FD 900 l - 0.72 4300 DMK,CNX,HKT,KBV,HDY,USM,UTP Thai AirAsia
TR 668 l - 0.80 7200 SIN,KUL,PEN Scoot
VJ 978 l - 0.74 5600 SGN,HAN,DAD,CXR,PQC,HUI VietJet Air
5J 203 l - 0.74 5200 MNL,CEB,CRK,DVO,ILO,PPS,KLO,MPH Cebu Pacific
QG 888 l - 0.76 3800 CGK,HLP,SUB,DPS,KNO,UPG,YIA,BPN,LOP,MDC,PLM,BDO,LBJ,DIL Citilink
K6 188 l - 0.90 3500 KTI,SAI,VTE,LPQ,RGN,MDL,BKK Mekong Air
JQ 041 l - 0.80 8200 SYD,MEL,AVV,BNE,OOL,CNS,ADL,PER,HBA,DRW,LST,MCY,TSV,NTL,HTI,BME,ASP,AYQ,CBR,AKL,CHC,ZQN,WLG,DUD,NSN Jetstar
GK 040 l - 0.78 4200 NRT,KIX,NGO,CTS,FUK,OKA,KOJ,MYJ,NGS,KMJ,SDJ,HIJ,KMQ,HKD,ISG,UKB Jetstar Japan
7C 806 l - 0.78 4300 ICN,GMP,CJU,PUS,TAE Jeju Air
9C 089 l - 0.72 4600 PVG,SHA,CAN,SZX,HGH,NKG,XMN,TAO,DLC,SHE,HRB,CSX,CGO,TSN,KWE,FOC,KWL,NNG,TNA,CKG,TFU,SYX,MFM,LXA Spring Airlines
IT 608 l - 0.80 4300 TPE,KHH,RMQ Tigerair Taiwan
FZ 141 l - 0.86 5600 DXB,DWC flydubai
G9 514 l - 0.78 5000 SHJ,RKT,AUH,CMN Air Arabia
XY 593 l - 0.80 5200 RUH,JED,DMM,MED,AHB,TUU,ULH flynas
IA 073 l - 0.92 5500 BGW,EBL,BSR,NJF Iraqi Airways
W5 537 l - 0.88 5500 IKA,MHD,SYZ,KBL Silk Road Air
SM 381 l - 0.85 4800 CAI,HRG,SSH,LXR,ASW,HBE,RMF,ADE,PZU,MJI,DAM Nile Connect
FA 640 l - 0.82 2800 JNB,CPT,DUR,PLZ,GRJ,MQP,WDH,VFA,HRE,LUN,MPM,GBE,MUB,WVB,LVI,LLW,FBM,MRU Safair
PW 031 l - 0.90 3200 NBO,DAR,MBA,ZNZ,JRO,EBB,KGL,BJM,JUB,MGQ,JIB,ADD,NOS,TNR Precision Connect
KP 032 l - 0.92 4200 LFW,ACC,ABJ,LOS,ABV,KAN,PHC,KMS,COO,NIM,OUA,BKO,DSS,CKY,FNA,ROB,BJL,NKC,DLA,NSI,LBV,SSG,BZV,PNR,FIH,NDJ ASKY
NT 474 l - 0.92 2600 LPA,TFN,ACE,FUE,SPC,RAK,AGA,SID,FNC,FEZ,TNG,RBA,NDR,OZZ Binter
VR 696 l - 0.95 6500 RAI,SID Cabo Verde Airlines
S4 331 l - 0.92 5500 PDL,TER,LIS,OPO,FNC Azores Airlines
DM 349 l - 0.95 2400 FAE,CPH,AAL,BLL,AAR,GOT,MMX,UME,LLA,BMA,OUL,RVN,TMP,TKU,KTT,HEL,BOO,KRS,TRF,LYR,OSL,AEY,RKV Nordic Regional
5Z 225 l - 0.95 2200 BTS,KSC,BRQ,LJU,GRZ,LNZ,INN,SJJ,TGD,TIV,PRN,OHD,INI,RMO,DEB,SBZ,TSR,VIE,BOJ,RZE,POZ Danube Air
2L 275 l - 0.95 2200 BRE,DRS,LEJ,DTM,FKB,FMO,FDH,SXB,BES,RNS,BIQ,MPL,LIL,AJA,BIA,LUG,TRS,AOI,RMI,GOA,EXT,CWL,BRE,MCM,ZRH Alpine Regional
4T 286 l - 0.90 5200 BUS,TBS,EVN,ASB,DYU,SKD,BSZ,TAS,GYD,IKT,ALA,GZT Caspian Wings
3R 287 l - 0.85 6800 SVO,DME,LED,AER,KZN,SVX,OVB,KGD,VVO,IKT,MSQ,VKO Northern Lines
5W 288 l - 1.00 3800 APW,TBU,VLI,SUV,NAN,RAR,BOB,PPT,GUM,ROR,AKL,SYD,BNE,MNL Pacific Link
7A 289 l - 1.00 3200 IPC,SCL,USH,FTE,ROS,TUC,SLA,MDQ,AEP,TRU,CUZ,GPS,GYE,UIO,LIM Austral Andes
`;

/** The demo carrier: flies where nobody else has to, on chosen city pairs, for scripts that want the same airline each time. */
const demo: Carrier = {
  code: "ZZ",
  name: "Sandbox Airways",
  ticketPrefix: "000",
  kind: "demo",
  alliance: undefined,
  priceFactor: 0.95,
  range: 12000,
  hubs: [],
};

let known: Map<string, Carrier> | undefined;

/** All carriers by code, read on first use. */
export function carriers(): ReadonlyMap<string, Carrier> {
  if (!known) {
    known = new Map();
    for (const line of table.trim().split("\n")) {
      const [code, ticketPrefix, kind, alliance, priceFactor, range, hubs, ...name] = line.split(" ");
      known.set(code!, {
        code: code!,
        name: name.join(" "),
        ticketPrefix: ticketPrefix!,
        kind: kind === "n" ? "network" : "low-cost",
        alliance: alliance === "-" ? undefined : alliance,
        priceFactor: Number(priceFactor),
        range: Number(range),
        hubs: [...new Set(hubs!.split(","))],
      });
    }
    known.set(demo.code, demo);
  }
  return known;
}

export function carrier(code: string): Carrier | undefined {
  return carriers().get(code);
}
