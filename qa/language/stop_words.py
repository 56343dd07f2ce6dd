"""General words, which do not tell the subject of a question: a library without them lacks nothing."""

from functools import lru_cache

from index.analysis.terms import terms

_WORDS = """
first second third last done begin began who said
able about actual affect affected affects after again against alone also alter alters always animal animals
another any around ask associated association away back bad become before being best better between big both
bring call cause caused causes change changed changes common compare compared completely connection contribute
control could decrease decreased decreases describe described differ different do does down drive effect
effective effects else ever evidence example exist explain feature find found further generally get give given go
good great happen harm help helps high higher hinder hold human humans impact important improve improved improves
increase increased increases influence inhibit inhibits involve involved kind know known large lead leads length
less level levels like likely link linked live lives living long longer look low lower lowers main make makes man
many matter mean means measure mechanism medical mention method more most much name named need new now number
occur often one other others outcome part people person persons play plays please point possible prevent prevents
promote promotes property quickly raise raised raises rapidly really reason reduce reduced reduces related
relation report reported result results rise role same say says scientific see seen several short shorten shorter
show shown shows slow slows small some sort stand start still stop strongly studies study suggest support take
taken talk tell test tested thing think tightly together too tool treat treated treatment true turn two type
under understand understood use used useful uses usual very way ways well work works worse
safe safely safety unsafe harmless harmful dangerous risky free worthwhile useless effective ineffective beneficial
superior inferior failed fail fails tried try tries cover covered covers side regard respect agree agrees each
put puts already yet currently nowadays
applicability applicable available availability utilize utilizes utilized context oldest
active coming wonder deal bothering worried tied fight fights combat combats
my your his her she he grandmother grandfather grandma grandpa mum mom dad wife husband
capsule capsules tablet tablets pill pills drops kid kids
extend extends protect protects versus recommended recommend advisable allowed tolerated work worked
"""


@lru_cache(maxsize=1)
def general_terms() -> frozenset[str]:
    """Return the general words as index terms."""
    return frozenset(terms(_WORDS))
