/*
 * charset_letters.c - what is written in which charset: the letters of each language, most frequent first
 *
 * Only letters beyond ASCII, since ASCII is the same everywhere; small ones. The order is what matters: it tells
 * KOI8-R from windows-1251, which have the same letters in other places. `surprise` is in bits: of two readings
 * that are as good, the charset that more mail uses. ISO-8859-1 is read as windows-1252.
 */
#include "charset_letters.h"

static const UChar french[] = u"éèàêçôùîâûëœï";
static const UChar german[] = u"üäöß";
static const UChar spanish[] = u"óíáñéúü¿¡";
static const UChar portuguese[] = u"ãçáéíóõêúâàô";
static const UChar italian[] = u"èàùòìé";
static const UChar dutch[] = u"ëéïèüöó";
static const UChar nordic[] = u"åäöøæéü";
static const UChar polish[] = u"ąęółżśćńź";
static const UChar czech[] = u"íáěéřčžýšůúťľďňóôäĺŕ";
static const UChar hungarian[] = u"áéíóöőüúű";
static const UChar croatian[] = u"čšžćđ";
static const UChar romanian[] = u"ăîţşâ";
static const UChar turkish[] = u"ıişğüöçâ";
static const UChar baltic[] = u"āėšīžēųūįčąęģļķņõäöü";
static const UChar russian[] = u"оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё";
static const UChar ukrainian[] = u"оаинтвірелскмдпуязьгбчхїйжюєшцщґфы";
static const UChar greek[] = u"αοιετσνηυρπκμλςόίάγέδήωχθφβύξζώψϊϋ";
static const UChar hebrew[] = u"יוהלאמרתבשנםעדכקפחגטסזצןךףץ";
static const UChar arabic[] = u"اليمنترودبعسفهقكحةجشطصأخىئضذزءإغثظؤآ";
static const UChar thai[] = u"านรก่อเ้งมยล์วัดทีสติะปบคหุแจพชข็ใไูืำผโถธณษศฟซญึภ๊ฉฐ๋ฝฮฎฏฌฆฑฬฤฒๆ";
static const UChar none[] = u"";

const struct kj_charset_writing kj_charset_writings[] = {
    {"ibm-5348_P100-1997", french, KJ_SCRIPT_LATIN, 0, 0x00, 0x00},
    {"ibm-5348_P100-1997", german, KJ_SCRIPT_LATIN, 0, 0x00, 0x00},
    {"ibm-5348_P100-1997", spanish, KJ_SCRIPT_LATIN, 0, 0x00, 0x00},
    {"ibm-5348_P100-1997", portuguese, KJ_SCRIPT_LATIN, 0, 0x00, 0x00},
    {"ibm-5348_P100-1997", italian, KJ_SCRIPT_LATIN, 0, 0x00, 0x00},
    {"ibm-5348_P100-1997", dutch, KJ_SCRIPT_LATIN, 0, 0x00, 0x00},
    {"ibm-5348_P100-1997", nordic, KJ_SCRIPT_LATIN, 0, 0x00, 0x00},
    {"ibm-5346_P100-1998", polish, KJ_SCRIPT_LATIN, 4, 0x00, 0x00},
    {"ibm-5346_P100-1998", czech, KJ_SCRIPT_LATIN, 4, 0x00, 0x00},
    {"ibm-5346_P100-1998", hungarian, KJ_SCRIPT_LATIN, 4, 0x00, 0x00},
    {"ibm-5346_P100-1998", croatian, KJ_SCRIPT_LATIN, 4, 0x00, 0x00},
    {"ibm-5346_P100-1998", romanian, KJ_SCRIPT_LATIN, 4, 0x00, 0x00},
    {"ISO-8859-2", polish, KJ_SCRIPT_LATIN, 4, 0x00, 0x00},
    {"ISO-8859-2", czech, KJ_SCRIPT_LATIN, 4, 0x00, 0x00},
    {"ISO-8859-2", hungarian, KJ_SCRIPT_LATIN, 4, 0x00, 0x00},
    {"ISO-8859-2", croatian, KJ_SCRIPT_LATIN, 4, 0x00, 0x00},
    {"ISO-8859-2", romanian, KJ_SCRIPT_LATIN, 4, 0x00, 0x00},
    {"ISO-8859-15", french, KJ_SCRIPT_LATIN, 6, 0x00, 0x00},
    {"ISO-8859-15", german, KJ_SCRIPT_LATIN, 6, 0x00, 0x00},
    {"ISO-8859-15", spanish, KJ_SCRIPT_LATIN, 6, 0x00, 0x00},
    {"ISO-8859-15", portuguese, KJ_SCRIPT_LATIN, 6, 0x00, 0x00},
    {"ISO-8859-15", italian, KJ_SCRIPT_LATIN, 6, 0x00, 0x00},
    {"ISO-8859-15", nordic, KJ_SCRIPT_LATIN, 6, 0x00, 0x00},
    {"ibm-5347_P100-1998", russian, KJ_SCRIPT_OTHER, 5, 0x00, 0x00},
    {"ibm-5347_P100-1998", ukrainian, KJ_SCRIPT_OTHER, 5, 0x00, 0x00},
    {"KOI8-R", russian, KJ_SCRIPT_OTHER, 6, 0x00, 0x00},
    {"KOI8-U", ukrainian, KJ_SCRIPT_OTHER, 9, 0x00, 0x00},
    {"ibm-866_P100-1995", russian, KJ_SCRIPT_OTHER, 9, 0x00, 0x00},
    {"ISO-8859-5", russian, KJ_SCRIPT_OTHER, 10, 0x00, 0x00},
    {"ISO-8859-5", ukrainian, KJ_SCRIPT_OTHER, 10, 0x00, 0x00},
    {"ibm-5349_P100-1998", greek, KJ_SCRIPT_OTHER, 6, 0x00, 0x00},
    {"ISO-8859-7", greek, KJ_SCRIPT_OTHER, 7, 0x00, 0x00},
    {"ibm-5350_P100-1998", turkish, KJ_SCRIPT_LATIN, 5, 0x00, 0x00},
    {"ibm-9447_P100-2002", hebrew, KJ_SCRIPT_OTHER, 7, 0x00, 0x00},
    {"ISO-8859-8", hebrew, KJ_SCRIPT_OTHER, 8, 0x00, 0x00},
    {"ibm-9448_X100-2005", arabic, KJ_SCRIPT_OTHER, 8, 0x00, 0x00},
    {"ISO-8859-6", arabic, KJ_SCRIPT_OTHER, 9, 0x00, 0x00},
    {"ibm-9449_P100-2002", baltic, KJ_SCRIPT_LATIN, 8, 0x00, 0x00},
    {"windows-874-2000", thai, KJ_SCRIPT_MARKED, 7, 0x00, 0x00},
    {"ibm-943_P15A-2003", none, KJ_SCRIPT_JAPANESE, 4, 0x88, 0x97},
    {"euc-jp-2007", none, KJ_SCRIPT_JAPANESE, 4, 0xb0, 0xcf},
    {"gb18030", none, KJ_SCRIPT_CHINESE, 5, 0xb0, 0xd7},
    {"windows-950-2000", none, KJ_SCRIPT_CHINESE, 6, 0xa4, 0xc6},
    {"windows-949-2000", none, KJ_SCRIPT_KOREAN, 5, 0xb0, 0xc8},
    {NULL, NULL, KJ_SCRIPT_LATIN, 0, 0, 0},
};

/* Hanzi, kanji and Hangul syllables that make up about half of Chinese, Japanese and Korean text, by code. */
const UChar kj_charset_common[] =
    u"一七万三上下不与且世业东两个中为主么义之九也书了争事二于五些交产京人什今从仕他付代以们件任"
    u"休会传但位住体何作你使來便保信個們候借做傳像儿元兄先光克入全兩八公六共关其内円再写军冬决几"
    u"出分切则删別利刪别到制前力加务动勉動務化北区医區十千午半南即却原去又及友反发取受变口古只可"
    u"台右号司各合同名后向听告员味命和品員問四回因図国國土在地场基堂報場声売处変夏夕外多夜大天太"
    u"头女她好如妹姉始子字学學它安完定实室家密實对导将將對導小少尔就屋展山川工左己已币市师带師帰"
    u"帳帶常幣平年并広应店度建开式弟张張強强当录形待很後得從德心必思急性总您悪情想意感應成我或战"
    u"戰所手才打把报拉持指据接提支放政教数數文料斯新方於旅族无日早时明映春是昼時曜更書最會月有服"
    u"望朝期木本术机权条来東果校样格條業楽様樣機權次歌止正此歩死母毎比民气気氣水求決沒没治法注洋"
    u"活海清漢火点為無然爭父爾牛物特犬王现現理生產用田由电男町画界當病発登發白百的目直相看真眼着"
    u"知码研确確碼社神私秋种科程種究空立第等答管类系紙終結絡給統經總经结给统美習老考者而聞聲聽肉"
    u"能自至與色花英茶萬處號行表被裡西要見規視親觀见观规视觉解言計記設許試話該認語說読請識變讓计"
    u"认让记许论设识话该说象買貸質账资赤走起足路身車軍転边达过运近还这进送這通連週進運過道達還邊"
    u"那部都里重野量金銀錄錢録钱長长門開間關门问间队院除隊难集難雨電青非面音頭題领频题風食飯飲館"
    u"馬駅験马體高魚鳥麼黒點가각간감강같개거건것게결경계고공과관광구국그금기나남내는니다단당대더"
    u"데도동되드든들때라럼려력로록론르를리마만말메면모무문물미민반받발방버번변보부분불비사산살상"
    u"생서선설성세소속수스습시식신실심아안않았야양어업없에여연였영오올와외요용우운원위유육으은을"
    u"음의이인일입있자작장저적전정제조주중지진질체치크터통트품프필하학한할합해했행호화회후";

const size_t kj_charset_common_count = sizeof kj_charset_common / sizeof *kj_charset_common - 1;
